//! What becomes of the jobs that run because of an operation, while it goes on.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use mongodb::bson::DateTime;
use tokio::time::Instant;

use super::OperationError;
use crate::operation::Counts;
use crate::queue::backend::Operator;
use crate::queue::backend::operator::Fate;

/// The least time between two questions.
const ASK_EVERY: Duration = Duration::from_millis(500);
/// So many jobs are asked about at once.
const AT_ONCE: usize = 1000;
/// The last so many jobs are watched. What they do tells what the others do.
const MAX_WATCHED: usize = 10_000;

/// The jobs that have run, or will, and what became of those that have.
#[derive(Debug, Default)]
pub(super) struct Outcomes {
    watched: VecDeque<String>,
    asked: Option<Instant>,
    /// Those that have ended an attempt since this process carries the operation out.
    pub(super) ended: i64,
    /// Those of them that failed.
    pub(super) failed: i64,
}

impl Outcomes {
    /// These run from now on.
    pub(super) fn watch(&mut self, jobs: Vec<String>) {
        self.watched.extend(jobs);
        let most = self.watched.len().saturating_sub(MAX_WATCHED);
        self.watched.drain(..most);
    }

    /// Asks what has become of them since the operation began, unless it was asked just now.
    pub(super) async fn ask(
        &mut self,
        operator: &Operator,
        since: DateTime,
        counts: &mut Counts,
    ) -> Result<(), OperationError> {
        let is_early = self.asked.is_some_and(|at| at.elapsed() < ASK_EVERY);
        if is_early || self.watched.is_empty() {
            return Ok(());
        }
        let jobs: Vec<String> = self.watched.iter().take(AT_ONCE).cloned().collect();
        let fates = operator.fates(&jobs, since).await;
        let fates = fates.map_err(OperationError::queue("see what has become of jobs"))?;
        let fates: HashMap<String, Fate> = fates.into_iter().collect();
        self.asked = Some(Instant::now());
        self.watched.drain(..jobs.len());
        for job in jobs {
            match fates.get(&job) {
                Some(Fate::Unfinished) => self.watched.push_back(job),
                Some(Fate::Cancelled) => {}
                Some(Fate::Failed) => self.count(counts, 1),
                // One that is gone was done: a dead one stays.
                Some(Fate::Done | Fate::Skipped) | None => self.count(counts, 0),
            }
        }
        Ok(())
    }

    fn count(&mut self, counts: &mut Counts, failed: i64) {
        self.ended += 1;
        self.failed += failed;
        counts.ended += 1;
        counts.failed += failed;
    }
}
