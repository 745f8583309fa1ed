//! Removes jobs.

use mongodb::Database;
use mongodb::bson::{Document, doc};
use mongodb::options::{Hint, WriteConcern};

use super::bulk::{BulkOptions, BulkReport, Selection, Steps, ids_of};
use crate::config::Collections;
use crate::error::{Context, Error};
use crate::indexes::by_id;
use crate::model::{Status, field as f};

/// Removes the selected jobs, except running ones: cancel those first.
///
/// # Errors
///
/// When the database fails; the steps before the failure are done.
pub async fn delete_jobs(
    db: &Database,
    collections: &Collections,
    selection: &Selection,
    options: BulkOptions,
) -> Result<BulkReport, Error> {
    let query = doc! { "$and": [selection.to_query(), deletable()] };
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
        let mut filter = deletable();
        filter.insert(f::ID, doc! { "$in": ids_of(&found) });
        let outcome = jobs
            .delete_many(filter)
            .hint(Hint::Keys(by_id()))
            .write_concern(WriteConcern::majority())
            .await
            .context("delete jobs")?;
        report.matched += found.len() as u64;
        report.changed += outcome.deleted_count;
    }
}

fn deletable() -> Document {
    doc! { f::STATUS: { "$ne": Status::Running } }
}
