//! How long bytes are kept that nobody can download any more.

use std::time::Duration;

use crate::config::Environment;

const DAY_SECONDS: u64 = 24 * 60 * 60;

/// Ten years.
const MOST_DAYS: u64 = 3650;

/// How long bytes are kept that nobody can download any more. What is changed holds for what happens from then on:
/// the removal of bytes is a job, which is scheduled in the moment that starts the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Those of a withdrawn document, which can be restored so long.
    pub withdrawn: Duration,
    /// Those that were rejected.
    pub rejected: Duration,
    /// Those of earlier versions.
    pub versions: Duration,
    /// Those of an expired document.
    pub expired: Duration,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            withdrawn: days(30),
            rejected: days(30),
            versions: days(90),
            expired: days(30),
        }
    }
}

impl Retention {
    /// Reads `WITHDRAWN_GRACE_DAYS`, `REJECTED_RETENTION_DAYS`, `VERSIONS_KEPT_DAYS` and `EXPIRED_RETENTION_DAYS`.
    pub fn read(env: &mut Environment) -> Self {
        let mut read = |name, default| days(env.number(name, 0..=MOST_DAYS, default));
        Self {
            withdrawn: read("WITHDRAWN_GRACE_DAYS", 30),
            rejected: read("REJECTED_RETENTION_DAYS", 30),
            versions: read("VERSIONS_KEPT_DAYS", 90),
            expired: read("EXPIRED_RETENTION_DAYS", 30),
        }
    }
}

fn days(days: u64) -> Duration {
    Duration::from_secs(days * DAY_SECONDS)
}
