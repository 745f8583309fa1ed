//! How long jobs waited for another start: after their worker was killed, their lease had expired or
//! their handler had failed.

use serde::Serialize;

use super::outages::Outages;
use super::waits::{Wait, last_disturbance};
use crate::history::History;

/// No more of them are kept than anybody wants to see.
const KEPT: usize = 10;

/// A job's wait for another start; in milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Restart {
    /// The job's number.
    pub(crate) job: u32,
    pub(crate) from: i64,
    pub(crate) to: i64,
    /// In how much of it the server was down.
    pub(crate) without_server_millis: i64,
    /// The last disturbance before its begin.
    pub(crate) after: Option<String>,
}

impl Restart {
    pub(crate) fn millis(&self) -> i64 {
        self.to - self.from
    }

    pub(crate) fn millis_with_server(&self) -> i64 {
        self.millis() - self.without_server_millis
    }
}

/// The longest waits, the longest first; the time in which the server was down does not count.
pub(super) fn longest(history: &History, outages: &Outages, waits: &[Wait]) -> Vec<Restart> {
    let again = waits
        .iter()
        .filter(|wait| wait.again && wait.since < wait.until);
    let restart = |wait: &Wait| Restart {
        job: wait.job,
        from: wait.since,
        to: wait.until,
        without_server_millis: outages.within(wait.since, wait.until),
        after: None,
    };
    let mut restarts: Vec<Restart> = again.map(restart).collect();
    restarts.sort_by_key(|restart| std::cmp::Reverse(restart.millis_with_server()));
    restarts.truncate(KEPT);
    for restart in &mut restarts {
        // What happened at the very begin is most likely why.
        restart.after = last_disturbance(history, restart.from + 1);
    }
    restarts
}
