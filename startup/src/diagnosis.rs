//! Why there is no primary: each server that MONGODB_URI names is asked by itself.

use std::time::Duration;

use mongodb::bson::Document;
use mongodb::error::ErrorKind;
use mongodb::options::{ClientOptions, ServerAddress};

use crate::ServerError;
use crate::hello::{ask, is_router};

/// How long one server may take to answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(1);

/// How many servers are asked.
const MOST_SERVERS: usize = 7;

/// What the servers say about themselves that explains why no primary was found. `None` when their
/// addresses only make sense as a whole.
pub(crate) async fn diagnose(options: &ClientOptions) -> Option<ServerError> {
    let hosts = &options.hosts[..options.hosts.len().min(MOST_SERVERS)];
    let mut without_primary = None;
    for host in hosts {
        let hello = match ask(options_for(options, host), ANSWER_LIMIT).await {
            Ok(hello) => hello,
            Err(error) if matches!(*error.kind, ErrorKind::InvalidArgument { .. }) => return None,
            Err(_) => continue,
        };
        match explain(options.repl_set_name.as_deref(), host, &hello) {
            Some(reason) if reason.is_permanent() => return Some(reason),
            reason => without_primary = without_primary.or(reason),
        }
    }
    let names: Vec<String> = hosts.iter().map(ToString::to_string).collect();
    without_primary.or_else(|| {
        Some(ServerError::Unreachable {
            hosts: names.join(", "),
        })
    })
}

/// For a client that talks to `host` alone, whatever it is.
fn options_for(options: &ClientOptions, host: &ServerAddress) -> ClientOptions {
    let mut options = options.clone();
    options.hosts = vec![host.clone()];
    options.direct_connection = Some(true);
    options.repl_set_name = None;
    options
}

/// What `hello`, the answer of `host`, says about the lack of a primary of the set `wanted`.
fn explain(wanted: Option<&str>, host: &ServerAddress, hello: &Document) -> Option<ServerError> {
    let host = host.to_string();
    if is_router(hello) {
        return None;
    }
    let Ok(found) = hello.get_str("setName") else {
        return match hello.get_bool("isreplicaset") {
            Ok(true) => Some(ServerError::NotInitiated { host }),
            _ => Some(ServerError::Standalone),
        };
    };
    match wanted {
        Some(wanted) if wanted != found => Some(ServerError::AnotherSet {
            host,
            found: found.to_owned(),
            wanted: wanted.to_owned(),
        }),
        _ => Some(ServerError::NoPrimary { host }),
    }
}
