//! What became of jobs that were given another run.

use std::time::Duration;

use dossier_common::queue::backend::{JobState, JobSummary};
use dossier_common::queue::{QueueName, SendEmail};
use dossier_common::store::Store;
use mongodb::bson::DateTime;
use serde::Serialize;
use tokio::time::{Instant, sleep};

/// How often the queue is asked.
const POLL_EVERY: Duration = Duration::from_millis(500);

/// How many jobs are read at once.
const STEP: usize = 1000;

/// How jobs ended, each counted once.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Ended {
    /// Mails that the mail server took.
    sent: u64,
    /// Other jobs that did what they are for.
    done: u64,
    /// Jobs that had nothing to do any more.
    skipped: u64,
    /// Jobs that are dead or cancelled again.
    failed: u64,
    /// Jobs that have not ended yet, those that are tried again among them.
    waiting: u64,
}

impl Ended {
    /// Waits until those of `jobs` that run since the instant `since` have ended, for `patience` at most, or
    /// until Ctrl-C.
    pub(super) async fn wait_for(
        store: &Store,
        jobs: &[String],
        since: DateTime,
        patience: Duration,
    ) -> anyhow::Result<Self> {
        let deadline = Instant::now() + patience;
        let mut interrupt = std::pin::pin!(tokio::signal::ctrl_c());
        loop {
            let mut ended = Self::default();
            for ids in jobs.chunks(STEP) {
                let found = store.queue_operator().find_jobs(ids).await?;
                // The others were left as they were.
                let runs = |job: &&JobSummary| !has_ended_by(job.finished_at, since);
                found.iter().filter(runs).for_each(|job| ended.count(job));
            }
            if ended.waiting == 0 || Instant::now() >= deadline {
                return Ok(ended);
            }
            tokio::select! {
                () = sleep(POLL_EVERY) => {}
                _ = interrupt.as_mut() => return Ok(ended),
            }
        }
    }

    fn count(&mut self, job: &JobSummary) {
        let is_skipped = job.last_error.is_some();
        let is_mail = job.queue == QueueName::of::<SendEmail>().as_str();
        let counter = match job.state {
            JobState::Done if is_skipped => &mut self.skipped,
            JobState::Done if is_mail => &mut self.sent,
            JobState::Done => &mut self.done,
            JobState::Dead | JobState::Cancelled | JobState::Malformed => &mut self.failed,
            _ => &mut self.waiting,
        };
        *counter += 1;
    }

    /// Whether every job did what it is for, or had nothing to do.
    pub(super) fn is_well(&self) -> bool {
        self.failed == 0 && self.waiting == 0
    }

    /// The counts, for people.
    pub(super) fn sentence(&self) -> String {
        let mut parts = Vec::new();
        for (count, what) in [
            (self.sent, "sent"),
            (self.done, "done"),
            (self.skipped, "skipped"),
            (self.failed, "failed"),
            (self.waiting, "not ended yet"),
        ] {
            if count > 0 {
                parts.push(format!("{count} {what}"));
            }
        }
        if parts.is_empty() {
            return "no job that was retried is there any more".to_owned();
        }
        parts.join(", ")
    }
}

/// Whether a job that was `finished_at` this instant, if at any, was given no run since `since`.
fn has_ended_by(finished_at: Option<DateTime>, since: DateTime) -> bool {
    finished_at.is_some_and(|at| at <= since)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_that_ended_before_was_left_as_it_was() {
        let at = DateTime::from_millis;
        assert!(has_ended_by(Some(at(9)), at(10)));
        assert!(!has_ended_by(Some(at(11)), at(10)));
        assert!(!has_ended_by(None, at(10)), "it waits or runs");
    }

    #[test]
    fn only_what_there_is_is_told() {
        let ended = Ended {
            sent: 3,
            skipped: 1,
            ..Ended::default()
        };
        assert_eq!(ended.sentence(), "3 sent, 1 skipped");
        assert!(ended.is_well());
        let none = Ended::default().sentence();
        assert_eq!(none, "no job that was retried is there any more");
    }
}
