//! Progress and log lines of running jobs.

use mongodb::Collection;
use mongodb::bson::{Bson, DateTime, Document, doc};
use mongodb::options::Hint;

use super::ack::fence;
use crate::error::{Context, Error};
use crate::indexes::by_id;
use crate::lease::Lease;
use crate::model::field as f;

/// So many lines are kept per job.
pub(crate) const MAX_LINES: i32 = 100;
/// A line longer than this is cut.
pub(crate) const MAX_LINE_CHARS: usize = 2000;

pub(crate) async fn progress(
    jobs: &Collection<Document>,
    lease: &Lease,
    progress: Bson,
) -> Result<(), Error> {
    let update = doc! { "$set": { f::PROGRESS: progress } };
    fenced(jobs, lease, update, "store a job's progress").await
}

pub(crate) async fn log(
    jobs: &Collection<Document>,
    lease: &Lease,
    attempt: i32,
    at: DateTime,
    line: String,
) -> Result<(), Error> {
    let line: String = line.chars().take(MAX_LINE_CHARS).collect();
    let entry = doc! { "at": at, "attempt": attempt, "line": line };
    let update = doc! { "$push": { f::LOG: { "$each": [entry], "$slice": -MAX_LINES } } };
    fenced(jobs, lease, update, "store a job's log line").await
}

async fn fenced(
    jobs: &Collection<Document>,
    lease: &Lease,
    update: Document,
    operation: &'static str,
) -> Result<(), Error> {
    let outcome = jobs
        .update_one(fence(lease), update)
        .hint(Hint::Keys(by_id()))
        .await
        .context(operation)?;
    if outcome.matched_count == 1 {
        Ok(())
    } else {
        Err(Error::LeaseLost(lease.id.clone()))
    }
}
