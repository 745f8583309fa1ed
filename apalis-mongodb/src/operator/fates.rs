//! What has become of jobs since they were given another run.

use futures_util::TryStreamExt;
use mongodb::bson::{Bson, DateTime, Document, doc};

use super::expressions::list;
use super::{MAX_TIME, Operator};
use crate::error::{Context, Error};
use crate::model::{Outcome, Status, field as f, id};

const LAST: &str = "last";
const OUTCOME: &str = "outcome";
const FINISHED: &str = "finished_at";

/// What has become of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fate {
    /// It is done.
    Done,
    /// It is done, and there was nothing to do.
    Skipped,
    /// An attempt failed: it is dead, or is tried again.
    Failed,
    /// It was cancelled.
    Cancelled,
    /// No attempt has ended yet.
    Unfinished,
}

impl Operator {
    /// What has become of these jobs, which were not finished at the instant `since`, from then on. Jobs
    /// that are gone are left out.
    ///
    /// # Errors
    ///
    /// [`Error::Database`] when the database fails.
    pub async fn fates(
        &self,
        ids: &[String],
        since: DateTime,
    ) -> Result<Vec<(String, Fate)>, Error> {
        const OPERATION: &str = "see what has become of jobs";
        let attempt = doc! { OUTCOME: "$$this.outcome", FINISHED: "$$this.finished_at" };
        let last = doc! { "$slice": [list(f::HISTORY), -1] };
        let fields = doc! {
            f::STATUS: 1,
            f::FINISHED_AT: 1,
            LAST: { "$map": { "input": last, "in": attempt } },
        };
        let jobs = self.collections.jobs(&self.db);
        let find = jobs
            .find(doc! { f::ID: { "$in": id::all_candidates(ids) } })
            .projection(fields)
            .max_time(MAX_TIME);
        let found = find.await.context(OPERATION)?;
        let found: Vec<Document> = found.try_collect().await.context(OPERATION)?;
        let fates = found.iter().map(|job| {
            let id = job.get(f::ID).map(id::shown).unwrap_or_default();
            (id, fate(job, since))
        });
        Ok(fates.collect())
    }
}

fn fate(job: &Document, since: DateTime) -> Fate {
    let last = job.get_array(LAST).ok().and_then(|list| list.first());
    let last = last.and_then(Bson::as_document);
    let outcome = last
        .filter(|last| last.get_datetime(FINISHED).is_ok_and(|at| *at > since))
        .and_then(|last| last.get_str(OUTCOME).ok())
        .and_then(Outcome::find);
    let has_failed = outcome.is_some_and(Outcome::is_failure);
    let was_finished = job
        .get_datetime(f::FINISHED_AT)
        .is_ok_and(|at| *at <= since);
    match job.get_str(f::STATUS).ok().and_then(Status::parse) {
        // It was finished before, and still is.
        _ if was_finished => Fate::Unfinished,
        Some(Status::Done) if outcome == Some(Outcome::Skipped) => Fate::Skipped,
        Some(Status::Done) => Fate::Done,
        Some(Status::Failed) => Fate::Failed,
        Some(Status::Killed) => Fate::Cancelled,
        _ if has_failed => Fate::Failed,
        _ => Fate::Unfinished,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_attempt_since_then_counts() {
        let at = DateTime::from_millis;
        let job = |status: &str, outcome: &str| {
            let last = doc! { OUTCOME: outcome, FINISHED: at(10) };
            doc! { f::STATUS: status, LAST: [last] }
        };
        let ended = |mut job: Document| {
            job.insert(f::FINISHED_AT, at(10));
            job
        };
        for (job, since, expected) in [
            (job("Pending", "failed"), 9, Fate::Failed),
            (job("Pending", "failed"), 10, Fate::Unfinished),
            (job("Running", "retry_after"), 9, Fate::Failed),
            (job("Pending", "released"), 9, Fate::Unfinished),
            (job("Failed", "aborted"), 9, Fate::Failed),
            (ended(job("Failed", "aborted")), 9, Fate::Failed),
            (ended(job("Failed", "aborted")), 10, Fate::Unfinished),
            (job("Done", "done"), 9, Fate::Done),
            (job("Done", "skipped"), 9, Fate::Skipped),
            (job("Killed", "failed"), 9, Fate::Cancelled),
            (doc! { f::STATUS: "Pending" }, 9, Fate::Unfinished),
        ] {
            assert_eq!(fate(&job, at(since)), expected, "{job}");
        }
    }
}
