//! Finds waiting documents whose time is none and sorts behind every instant: they never come due, so
//! no search for due jobs finds them.

use std::time::Duration;

use futures_util::TryStreamExt;
use mongodb::Collection;
use mongodb::bson::{Bson, DateTime, Document, doc};
use mongodb::options::Hint;

use crate::deadline::within;
use crate::error::Error;
use crate::indexes::CLAIM;
use crate::model::{Status, field as f};

/// At most so many are found at once; the others are found once these are dead.
const MOST: i64 = 1000;
const KIND: &str = "kind";

/// Ids of such documents of `queue`, with what is wrong. The index has their ids: none is read.
pub(crate) async fn never_due(
    jobs: &Collection<Document>,
    queue: &str,
    limit: Duration,
) -> Result<Vec<(Bson, String)>, Error> {
    let filter = doc! {
        f::QUEUE: queue,
        f::STATUS: Status::Pending,
        "$expr": { "$gt": [f::path(f::RUN_AT), DateTime::MAX] },
    };
    let fields = doc! { f::ID: 1, KIND: { "$type": f::path(f::RUN_AT) } };
    let jobs = jobs.clone();
    let reading = async move {
        let find = jobs.find(filter).projection(fields).limit(MOST);
        let find = find.hint(Hint::Name(CLAIM.to_owned())).max_time(limit);
        find.await?.try_collect::<Vec<Document>>().await
    };
    let found = within(limit, "look for documents that never come due", reading).await?;
    Ok(found
        .into_iter()
        .filter_map(|mut row| {
            let kind = row.get_str(KIND).unwrap_or_default();
            let reason = format!("{}: {kind} instead of a date", f::RUN_AT);
            Some((row.remove(f::ID)?, reason))
        })
        .collect())
}
