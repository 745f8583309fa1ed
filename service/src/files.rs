//! How many files, and so connections, the process may have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What a process opens beside its clients' connections: the database, mail, logs.
const OTHER_FILES: u64 = 256;

/// Raises the limit to the most that is allowed: shells start programs with a low one for the sake of
/// programs that use `select`.
pub(crate) fn raise_limit() {
    let limit = getrlimit(Resource::Nofile);
    if limit.current == limit.maximum {
        return;
    }
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::debug!(%error, "the limit of open files stays as it is");
    }
}

/// `connections`, or as many as the limit of open files leaves room for.
pub(crate) fn most_connections(connections: usize) -> usize {
    let Some(limit) = getrlimit(Resource::Nofile).current else {
        return connections;
    };
    let room = usize::try_from(limit.saturating_sub(OTHER_FILES).max(1)).unwrap_or(usize::MAX);
    if room < connections {
        tracing::warn!(
            connections = room,
            "the limit of open files is {limit}: fewer connections are served than MAX_CONNECTIONS says; \
             raise it (ulimit -n)"
        );
    }
    connections.min(room)
}
