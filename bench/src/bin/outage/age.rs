//! A time that passes at once: the times in rows are moved into the past. The programs have no clock that can
//! be set, and MongoDB's clock is the machine's.

use std::time::Duration;

use anyhow::Context;
use dossier_common::store::Store;
use mongodb::bson::{Bson, Document, doc};

/// The fields of a sign-up with times.
pub(crate) const OF_SIGN_UP: &[&str] = &["mail_due_at", "created_at", "expires_at"];

/// Those of a job.
pub(crate) const OF_JOB: &[&str] = &[
    "run_at",
    "created_at",
    "started_at",
    "finished_at",
    "expire_at",
];

/// Those of an entry of the ledger of mails.
pub(crate) const OF_MAIL: &[&str] = &["at", "expire_at"];

/// The collection of jobs.
pub(crate) const JOBS: &str = "apalis_jobs";

/// Makes the rows of `collection` that `filter` means so much older; how many there were.
pub(crate) async fn age(
    store: &Store,
    collection: &str,
    filter: Document,
    fields: &[&str],
    by: Duration,
) -> anyhow::Result<u64> {
    let millis = i64::try_from(by.as_millis())?;
    let moved = fields.iter().map(|field| {
        let value = format!("${field}");
        let is_date = doc! { "$eq": [{ "$type": &value }, "date"] };
        let earlier = doc! { "$subtract": [&value, millis] };
        // What has no time keeps what it has.
        let moved = doc! { "$cond": [is_date, earlier, &value] };
        ((*field).to_owned(), Bson::Document(moved))
    });
    let update = vec![doc! { "$set": moved.collect::<Document>() }];
    let rows = store.database().collection::<Document>(collection);
    let changed = rows.update_many(filter, update).await;
    let changed = changed.with_context(|| format!("make rows of {collection} older"))?;
    Ok(changed.matched_count)
}
