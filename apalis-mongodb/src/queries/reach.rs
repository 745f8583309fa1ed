//! Looks how far the next jobs reach, without reading them.

use std::ops::Range;

use futures_util::TryStreamExt;
use mongodb::Collection;
use mongodb::bson::{DateTime, Document, doc};
use mongodb::options::Hint;

use super::claim::MAX_TIME;
use super::place::{self, Place};
use crate::compat;
use crate::error::{Context, Error};
use crate::indexes::CLAIM;
use crate::model::field as f;

/// How far the next jobs reach.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Reach {
    /// At least as many as were asked for, the last of them here.
    Full(Place),
    /// Fewer than that, the last of them here.
    Short(Place),
    Nothing,
}

/// How far the next `limit` jobs from `place` on reach that were due at `until`, by keys of the
/// index alone.
pub(crate) async fn reach(
    jobs: &Collection<Document>,
    queue: &str,
    place: &Place,
    until: DateTime,
    limit: usize,
) -> Result<Reach, Error> {
    let last = places(jobs, queue, place, until, limit - 1..limit).await?;
    if let Some(last) = last {
        return Ok(Reach::Full(last));
    }
    let last = places(jobs, queue, place, until, 0..limit).await?;
    Ok(last.map_or(Reach::Nothing, Reach::Short))
}

/// The last of the places in `range`, counted from `place` on.
async fn places(
    jobs: &Collection<Document>,
    queue: &str,
    place: &Place,
    until: DateTime,
    range: Range<usize>,
) -> Result<Option<Place>, Error> {
    const OPERATION: &str = "look where due jobs are";
    let Some((min, max)) = place::until(queue, place, until) else {
        return Ok(None);
    };
    // The bounds say it all. With a filter beside them the server would fetch every job to check it.
    let mut found: Vec<Document> = jobs
        .find(doc! {})
        .projection(doc! { f::PRIORITY: 1, f::RUN_AT: 1, f::ID: 1 })
        .skip(range.start as u64)
        .limit(i64::try_from(range.len()).unwrap_or(i64::MAX))
        .batch_size(u32::try_from(range.len()).unwrap_or(u32::MAX))
        .hint(Hint::Name(CLAIM.to_owned()))
        .min(min)
        .max(max)
        .max_time(MAX_TIME)
        .await
        .context(OPERATION)?
        .try_collect()
        .await
        .context(OPERATION)?;
    // What does not read as a place is no job.
    Ok(found
        .pop()
        .and_then(|last| compat::from_document(last).ok()))
}
