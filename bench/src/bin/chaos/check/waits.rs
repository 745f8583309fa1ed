//! The times in which jobs were due.

use std::time::Duration;

use crate::history::{History, Line, StoredJob};
use crate::producer::Acknowledged;
use crate::record::{Event, Occurrence};

/// A time in which a job was due; in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Wait {
    /// The job's number.
    pub(super) job: u32,
    pub(super) since: i64,
    /// When its handler started, or the end of the run.
    pub(super) until: i64,
    /// Whether its handler had started before.
    pub(super) again: bool,
}

pub(super) fn waits(history: &History, lease: Duration) -> Vec<Wait> {
    let starts = history.starts_of_jobs();
    let jobs = history.jobs_by_number();
    let mut waits = Vec::new();
    for acknowledged in &history.acknowledged {
        let job = acknowledged.planned.job.number;
        let stored = jobs.get(&job).copied();
        let starts = starts.get(&job).map_or(&[][..], Vec::as_slice);
        let is_final = stored.is_some_and(|job| ["Done", "Failed"].contains(&job.status.as_str()));
        let end = (!is_final).then_some(history.ended_at);
        let mut since = due(acknowledged, stored);
        let mut again = false;
        for start in starts {
            let until = start.millis();
            waits.push(Wait {
                job,
                since,
                until,
                again,
            });
            let work = acknowledged.planned.job.work_ms;
            (since, again) = (due_again(history, lease, start, work, stored), true);
        }
        waits.extend(end.map(|until| Wait {
            job,
            since,
            until,
            again,
        }));
    }
    waits
}

/// The last disturbance before an instant.
pub(super) fn last_disturbance(history: &History, before: i64) -> Option<String> {
    let mut events = history.events.iter().rev();
    let last = events.find(|event| event.at < before && event.what.disturbance().is_some());
    last.map(|event| event.what.describe())
}

/// When a job was due first: nobody waits for it before its enqueuer knows of it.
fn due(acknowledged: &Acknowledged, stored: Option<&StoredJob>) -> i64 {
    let delay = i64::try_from(acknowledged.planned.delay.as_millis()).unwrap_or(i64::MAX);
    let created = stored.map_or(acknowledged.at, |job| job.created_at.timestamp_millis());
    acknowledged.at.max(created.saturating_add(delay))
}

/// When a job was due again at the earliest after its handler started: its worker was killed or told
/// to stop, or frozen for a lease; its lease expired; or the handler ended.
fn due_again(
    history: &History,
    lease: Duration,
    start: &Line,
    work_ms: u32,
    stored: Option<&StoredJob>,
) -> i64 {
    let ended = history.events.iter();
    let ended = ended.filter_map(|event| ends(event, &start.worker, lease));
    let expired = stored.iter().flat_map(|job| &job.history);
    // The server wrote these times, and no worker with a wrong clock.
    let expired = expired.filter(|attempt| attempt.outcome == "lease_expired");
    let expired = expired.map(|attempt| attempt.finished_at.timestamp_millis());
    let known = ended.chain(expired).filter(|at| *at >= start.millis());
    let handler_ended = start.millis() + i64::from(work_ms);
    known
        .min()
        .map_or(handler_ended, |at| at.min(handler_ended))
}

/// From when on a worker does not run its jobs any more for what happened to it.
fn ends(event: &Event, worker: &str, lease: Duration) -> Option<i64> {
    let lease = i64::try_from(lease.as_millis()).unwrap_or(i64::MAX);
    match &event.what {
        Occurrence::Frozen { worker: frozen } if frozen == worker => Some(event.at + lease),
        what => what.ends(worker).then_some(event.at),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{attempt, event, goals, line, run_of};
    use super::*;
    use crate::job::Kind;

    /// A job that starts on `w1` at 0, works for a minute, and starts on `w2` at 9 s; how long it
    /// waited for that.
    fn waited(change: impl FnOnce(&mut History)) -> i64 {
        let mut history = run_of(&[Kind::Plain]);
        history.acknowledged[0].planned.job.work_ms = 60_000;
        history.starts.push(line(0, "w2", 9000, 1));
        change(&mut history);
        let waits = waits(&history, goals().lease);
        let again: Vec<_> = waits.iter().filter(|wait| wait.again).collect();
        assert_eq!(again.len(), 1);
        again[0].until - again[0].since
    }

    #[test]
    fn a_job_of_a_killed_worker_is_due_from_the_kill_on() {
        let worker = "w1".to_owned();
        let killed = event(40, Occurrence::Killed { worker });
        assert_eq!(waited(|history| history.events.push(killed)), 8960);
        let workers = vec!["w0".to_owned(), "w1".to_owned()];
        let killed = event(50, Occurrence::AllKilled { workers });
        assert_eq!(waited(|history| history.events.push(killed)), 8950);
    }

    #[test]
    fn a_job_of_a_frozen_worker_is_due_a_lease_later() {
        let worker = "w1".to_owned();
        let frozen = event(1000, Occurrence::Frozen { worker });
        assert_eq!(waited(|history| history.events.push(frozen)), 3000);
    }

    #[test]
    fn a_job_whose_lease_expired_is_due_from_then_on() {
        let expired = attempt(1, "w1", 5000, "lease_expired");
        assert_eq!(
            waited(|history| history.jobs[0].history.push(expired)),
            4000
        );
    }

    #[test]
    fn a_job_whose_handler_failed_is_due_from_its_end_on() {
        let work = |history: &mut History| history.acknowledged[0].planned.job.work_ms = 100;
        assert_eq!(waited(work), 8900);
    }
}
