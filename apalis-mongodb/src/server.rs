//! What a server says of itself.

use std::time::Duration;

use mongodb::Database;
use mongodb::bson::{Document, doc};

use crate::deadline::run_command;
use crate::error::Error;

/// A server that is not there is noticed by the driver first, after 30 s unless set.
const HELLO_LIMIT: Duration = Duration::from_secs(35);

/// The oldest major version that has all that the queries use: `$$NOW` against an index in `$expr`,
/// comparisons with several operators in partial indexes.
const OLDEST_MAJOR: u32 = 6;

/// Refuses a server that is too old.
///
/// # Errors
///
/// [`Error::ServerTooOld`], or the database's error.
pub(crate) async fn require_supported_version(db: &Database) -> Result<(), Error> {
    const OPERATION: &str = "ask the server for its version";
    let info = run_command(db, HELLO_LIMIT, OPERATION, doc! { "buildInfo": 1 }).await?;
    check_version(info.get_str("version").unwrap_or_default())
}

fn check_version(version: &str) -> Result<(), Error> {
    let major = version.split('.').next().and_then(|text| text.parse().ok());
    if major.is_some_and(|major: u32| major >= OLDEST_MAJOR) {
        Ok(())
    } else {
        Err(Error::ServerTooOld(version.to_owned()))
    }
}

/// The server, or the set of servers, behind a database.
#[derive(Debug)]
pub(crate) struct Server {
    hello: Document,
}

impl Server {
    /// Asks the server of `db`.
    pub(crate) async fn ask(db: &Database) -> Result<Self, Error> {
        const OPERATION: &str = "ask the server who it is";
        let hello = run_command(db, HELLO_LIMIT, OPERATION, doc! { "hello": 1 }).await?;
        Ok(Self { hello })
    }

    /// Whether it can do transactions and change streams.
    pub(crate) fn is_replicated(&self) -> bool {
        self.hello.contains_key("setName") || self.hello.get_str("msg").ok() == Some("isdbgrid")
    }

    /// What tells it from other servers. The members of a replica set answer alike, so that a
    /// failover changes nothing; a server without one is known by its process.
    pub(crate) fn identity(&self) -> String {
        let text = |field: &str| self.hello.get(field).map(ToString::to_string);
        match (text("setName"), text("hosts")) {
            (Some(set), Some(hosts)) => format!("{set} {hosts}"),
            _ => self
                .hello
                .get_document("topologyVersion")
                .ok()
                .and_then(|version| version.get("processId"))
                .map(ToString::to_string)
                .unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_is_too_old_and_ten_is_not() {
        assert!(check_version("6.0.5").is_ok());
        assert!(check_version("10.1.0-rc0").is_ok());
        for version in ["5.0.31", "4.4.0", "", "unknown"] {
            assert!(matches!(
                check_version(version),
                Err(Error::ServerTooOld(_))
            ));
        }
    }

    #[test]
    fn members_of_a_set_are_one_server_and_standalone_ones_are_not() {
        let member = |me: &str| Server {
            hello: doc! { "setName": "rs0", "hosts": ["a:1", "b:1"], "me": me },
        };
        assert_eq!(member("a:1").identity(), member("b:1").identity());
        assert!(member("a:1").is_replicated());
        let standalone = |process: i64| Server {
            hello: doc! { "topologyVersion": { "processId": process } },
        };
        assert_ne!(standalone(1).identity(), standalone(2).identity());
        assert!(!standalone(1).is_replicated());
    }
}
