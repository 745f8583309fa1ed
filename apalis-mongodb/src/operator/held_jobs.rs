//! Lists what workers hold.

use futures_util::TryStreamExt;
use mongodb::bson::{DateTime, RawDocumentBuf, doc};
use mongodb::options::Hint;
use serde::Serialize;

use super::{MAX_TIME, Operator};
use crate::error::{Context, Error};
use crate::indexes::LEASE;
use crate::model::lenient::Fields;
use crate::model::{Status, field as f, time};

/// A job that a worker has claimed: it runs, or waits in the worker's buffer, where it is no longer than
/// a third of a second.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct HeldJob {
    /// Which job.
    pub id: String,
    /// Its queue.
    pub queue: String,
    /// The worker that holds it: `name@instance`.
    pub worker: String,
    /// When the worker claimed it.
    #[serde(serialize_with = "time::required")]
    pub since: DateTime,
    /// The number of the attempt.
    pub attempt: u32,
}

impl Operator {
    /// At most `limit` of the jobs that workers hold, those whose leases end first. Payloads are not
    /// read from the database.
    ///
    /// # Errors
    ///
    /// [`Error::Database`] when the database fails.
    pub async fn held_jobs(&self, limit: u32) -> Result<Vec<HeldJob>, Error> {
        const OPERATION: &str = "list running jobs";
        let jobs = self.collections.raw_jobs(&self.db);
        let fields = doc! { f::QUEUE: 1, f::WORKER: 1, f::STARTED_AT: 1, f::ATTEMPTS: 1 };
        let find = jobs
            .find(doc! { f::STATUS: Status::Running })
            .hint(Hint::Name(LEASE.to_owned()))
            .limit(i64::from(limit.max(1)))
            .projection(fields)
            .max_time(MAX_TIME);
        let found = find.await.context(OPERATION)?;
        let found: Vec<RawDocumentBuf> = found.try_collect().await.context(OPERATION)?;
        let held = |raw: &RawDocumentBuf| {
            let fields = Fields(raw);
            Some(HeldJob {
                id: fields.id(),
                queue: fields.text(f::QUEUE)?,
                worker: fields.text(f::WORKER)?,
                since: fields.date(f::STARTED_AT)?,
                attempt: fields.count(f::ATTEMPTS),
            })
        };
        Ok(found.iter().filter_map(held).collect())
    }
}
