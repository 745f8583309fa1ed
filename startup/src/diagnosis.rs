//! Why the database cannot be used: each server that MONGODB_URI names is asked by itself.

use std::time::Duration;

use futures_util::future::join_all;
use mongodb::bson::Document;
use mongodb::error::ErrorKind;
use mongodb::options::{ClientOptions, ServerAddress};

use crate::ServerError;
use crate::hello::{ask, is_router};

/// How long one server may take to answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(1);

/// How many servers are asked.
const MOST_SERVERS: usize = 7;

/// What the servers say about themselves that explains why the database cannot be used. `None` when
/// their addresses only make sense as a whole.
pub async fn diagnose(options: &ClientOptions) -> Option<ServerError> {
    let hosts = &options.hosts[..options.hosts.len().min(MOST_SERVERS)];
    let asking = hosts
        .iter()
        .map(|host| ask(options_for(options, host), ANSWER_LIMIT));
    let mut reasons = Vec::new();
    for (host, hello) in hosts.iter().zip(join_all(asking).await) {
        match hello {
            Ok(hello) => reasons.push(explain(options.repl_set_name.as_deref(), host, &hello)),
            Err(error) if matches!(*error.kind, ErrorKind::InvalidArgument { .. }) => return None,
            Err(_) => {}
        }
    }
    let names: Vec<String> = hosts.iter().map(ToString::to_string).collect();
    let unreachable = ServerError::Unreachable {
        hosts: names.join(", "),
    };
    let first = reasons.into_iter().min_by_key(ServerError::rank);
    Some(first.unwrap_or(unreachable))
}

/// For a client that talks to `host` alone, whatever it is.
fn options_for(options: &ClientOptions, host: &ServerAddress) -> ClientOptions {
    let mut options = options.clone();
    options.hosts = vec![host.clone()];
    options.direct_connection = Some(true);
    options.repl_set_name = None;
    options
}

/// What `hello`, the answer of `host`, says about the database, which should be the set `wanted`.
fn explain(wanted: Option<&str>, host: &ServerAddress, hello: &Document) -> ServerError {
    let host = host.to_string();
    let says = |field| hello.get_bool(field).unwrap_or(false);
    match (hello.get_str("setName"), wanted) {
        _ if is_router(hello) => ServerError::NotInTime { host },
        (Err(_), _) if says("isreplicaset") => ServerError::NotInitiated { host },
        (Err(_), _) => ServerError::Standalone,
        (Ok(found), Some(wanted)) if wanted != found => ServerError::AnotherSet {
            host,
            found: found.to_owned(),
            wanted: wanted.to_owned(),
        },
        _ if says("isWritablePrimary") => ServerError::NotInTime { host },
        _ => ServerError::NoPrimary { host },
    }
}
