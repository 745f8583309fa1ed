//! How long jobs waited for another start: after their worker was killed, their lease had expired or
//! their handler had failed.

use serde::Serialize;

use super::outages::Outages;
use super::waits::{Wait, last_disturbance};
use super::{Goals, Promise, Violation, timeline};
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
    /// In how much of it the server was down or the machine paused.
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

/// All of them, the longest first; the time in which the server was down or the machine paused does not count.
pub(super) fn find(history: &History, outages: &Outages, waits: &[Wait]) -> Vec<Restart> {
    let again = waits
        .iter()
        .filter(|wait| wait.again && wait.since < wait.until);
    let restart = |wait: &Wait| Restart {
        job: wait.job,
        from: wait.since,
        to: wait.until,
        without_server_millis: outages.within(wait.since, wait.until),
        // What happened at the very beginning is most likely why.
        after: last_disturbance(history, wait.since + 1),
    };
    let mut restarts: Vec<Restart> = again.map(restart).collect();
    restarts.sort_by_key(|restart| std::cmp::Reverse(restart.millis_with_server()));
    restarts
}

/// Keeps the first ones, and the one that is the longest when the time in which the server was down
/// counts.
pub(super) fn keep_longest(restarts: &mut Vec<Restart>) {
    let longest = restarts.iter().max_by_key(|restart| restart.millis());
    let longest = longest.cloned();
    restarts.truncate(KEPT);
    if let Some(longest) = longest.filter(|longest| !restarts.contains(longest)) {
        restarts.push(longest);
    }
}

/// Those that took too long.
pub(super) fn late<'a>(
    history: &'a History,
    restarts: &'a [Restart],
    goals: &'a Goals,
) -> impl Iterator<Item = Violation> + 'a {
    let is_late = |restart: &&Restart| goals.leases(restart.millis_with_server()) > goals.gap_limit;
    restarts.iter().filter(is_late).map(|restart| {
        let millis = restart.millis_with_server();
        let (seconds, leases) = (millis as f64 / 1000.0, goals.leases(millis));
        let after = restart.after.as_deref().unwrap_or("nothing");
        let mut acknowledged = history.acknowledged.iter();
        let acknowledged = acknowledged.find(|job| job.planned.job.number == restart.job);
        let stored = history.jobs.iter().find(|job| job.args.number == restart.job);
        Violation {
            promise: Promise::StartedAgain,
            what: format!(
                "a job waited for {seconds:.1} s ({leases:.1} leases) until it started again, after: {after}"
            ),
            job: acknowledged.map(|job| job.id.clone()),
            timeline: acknowledged.map_or(Vec::new(), |job| timeline::of(history, job, stored)),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_wait_is_kept_by_either_measure() {
        let restart = |to, without_server_millis| Restart {
            job: 1,
            from: 0,
            to,
            without_server_millis,
            after: None,
        };
        let mut restarts: Vec<_> = (0..20).map(|less| restart(2000 - less, 0)).collect();
        restarts.push(restart(9000, 8000));
        keep_longest(&mut restarts);
        assert_eq!(restarts.len(), KEPT + 1);
        assert_eq!(
            restarts.first().map(Restart::millis_with_server),
            Some(2000)
        );
        assert_eq!(restarts.last().map(Restart::millis), Some(9000));
    }
}
