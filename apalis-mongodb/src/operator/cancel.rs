//! Cancels jobs that are not finished.

use mongodb::Database;
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Bson, Document, doc};
use mongodb::options::{Hint, WriteConcern};

use super::bulk::{BulkOptions, BulkReport, Selection, Steps, ids_of};
use super::filter::path;
use crate::config::{Collections, Retention};
use crate::error::{Context, Error};
use crate::indexes::by_id;
use crate::model::{Outcome, Status, field as f, time};

/// Cancels the selected jobs that wait or run. A running job loses its lease: its handler is told
/// through [`JobHandle::lost`](crate::JobHandle::lost), and whatever it returns is refused.
///
/// # Errors
///
/// When the database fails; the steps before the failure are done.
pub async fn cancel_jobs(
    db: &Database,
    collections: &Collections,
    selection: &Selection,
    retention: &Retention,
    options: BulkOptions,
) -> Result<BulkReport, Error> {
    let query = doc! { "$and": [selection.to_query(), cancellable()] };
    let mut steps = Steps::new(db, collections, query, options);
    let mut report = BulkReport {
        dry_run: options.dry_run,
        ..BulkReport::default()
    };
    if options.dry_run {
        report.matched = steps.count().await?;
        return Ok(report);
    }
    let jobs = collections.jobs(db);
    loop {
        let found = steps.next(doc! { f::ID: 1 }).await?;
        if found.is_empty() {
            return Ok(report);
        }
        let mut filter = cancellable();
        filter.insert(f::ID, doc! { "$in": ids_of(&found) });
        let outcome = jobs
            .update_many(filter, vec![history(), cancellation(retention), unlock()])
            .hint(Hint::Keys(by_id()))
            .write_concern(WriteConcern::majority())
            .await
            .context("cancel jobs")?;
        report.matched += found.len() as u64;
        report.changed += outcome.modified_count;
    }
}

fn cancellable() -> Document {
    doc! { f::STATUS: { "$in": [Status::Pending, Status::Running] } }
}

/// A running attempt ends in the history.
fn history() -> Document {
    let known = doc! { "$ifNull": [path(f::HISTORY), []] };
    let entry = doc! {
        "attempt": path(f::ATTEMPTS),
        "worker": path(f::WORKER),
        "started_at": path(f::STARTED_AT),
        "finished_at": "$$NOW",
        "outcome": Outcome::Cancelled.as_str(),
    };
    let running = doc! { "$eq": [path(f::STATUS), Status::Running] };
    let extended = doc! { "$concatArrays": [known.clone(), [entry]] };
    doc! { "$set": { f::HISTORY: { "$cond": [running, extended, known] } } }
}

fn cancellation(retention: &Retention) -> Document {
    let mut fields = doc! {
        f::STATUS: Status::Killed,
        f::FREED_KEY: path(f::UNIQUE_KEY),
        f::FINISHED_AT: "$$NOW",
        f::LOCK_TOKEN: ObjectId::new(),
    };
    if let Some(kept) = retention.cancelled {
        let expire_at = doc! { "$add": ["$$NOW", Bson::Int64(time::millis(kept))] };
        fields.insert(f::EXPIRE_AT, expire_at);
    }
    doc! { "$set": fields }
}

fn unlock() -> Document {
    doc! { "$unset": [f::LEASE_UNTIL, f::UNIQUE_KEY] }
}
