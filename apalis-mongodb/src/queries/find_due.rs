//! Finds due jobs, from the head of their queue or from where the last search ended.

use futures_util::TryStreamExt;
use mongodb::Database;
use mongodb::bson::{Bson, DateTime, Document, RawDocumentBuf, doc};
use mongodb::options::Hint;

use super::position::Position;
use crate::config::Config;
use crate::deadline::{CALL_LIMIT, within};
use crate::error::Error;
use crate::indexes::CLAIM;
use crate::model::{JobDocument, SUSPECT_CRASHES, Status, field as f};

/// Where a search begins.
#[derive(Debug, Clone)]
pub(crate) enum Start {
    /// At the head of the queue.
    Head,
    /// As at the head, but only jobs that are no suspects.
    HeadOfFresh,
    /// At the end of the queue, backwards.
    End,
    /// At this position, until the end of its priority. `now` is the server's time.
    At { position: Position, now: DateTime },
    /// Among the jobs of one priority that were due at `until`.
    Level { priority: i32, until: DateTime },
}

/// Due jobs in the order of their queue, and documents that cannot be read as jobs.
#[derive(Debug, Default)]
pub(crate) struct DueJobs {
    pub(crate) jobs: Vec<JobDocument>,
    /// Id and what is wrong.
    pub(crate) malformed: Vec<(Bson, String)>,
}

impl DueJobs {
    pub(crate) fn is_empty(&self) -> bool {
        self.jobs.is_empty() && self.malformed.is_empty()
    }
}

/// At most `limit` due jobs of the queue, whose ids meet the condition `ids`. The index has the ids:
/// the others are not read.
pub(crate) async fn find_due(
    db: &Database,
    config: &Config,
    start: Start,
    ids: Document,
    limit: usize,
) -> Result<DueJobs, Error> {
    let queue = &config.queue;
    let mut filter = doc! {
        f::QUEUE: queue,
        f::STATUS: Status::Pending,
        "$expr": { "$lte": [f::path(f::RUN_AT), "$$NOW"] },
    };
    if !ids.is_empty() {
        filter.insert(f::ID, ids);
    }
    let mut bounds = None;
    let order = if matches!(start, Start::End) { -1 } else { 1 };
    match start {
        Start::Head | Start::End => {}
        Start::HeadOfFresh => {
            // A producer in another language may have left it out.
            filter.insert(f::CRASHES, doc! { "$not": { "$gte": SUSPECT_CRASHES } });
        }
        Start::At { position, now } => bounds = Some(position.bounds(queue, now)),
        Start::Level { priority, until } => {
            filter.insert(f::PRIORITY, priority);
            filter.insert(f::RUN_AT, doc! { "$lte": until });
        }
    }
    let jobs = config.collections.raw_jobs(db);
    let search = async move {
        let find = jobs
            .find(filter)
            .limit(i64::try_from(limit).unwrap_or(i64::MAX))
            .batch_size(u32::try_from(limit).unwrap_or(u32::MAX))
            .hint(Hint::Name(CLAIM.to_owned()))
            .max_time(CALL_LIMIT);
        let find = match bounds {
            // Between bounds the index is read in its own order.
            Some((min, max)) => find.min(min).max(max),
            None => find.sort(doc! { f::PRIORITY: -order, f::RUN_AT: order, f::ID: order }),
        };
        find.await?.try_collect::<Vec<_>>().await
    };
    let found = within(config.call_limit(), "find due jobs", search).await?;
    let mut due = DueJobs::default();
    for raw in found {
        match JobDocument::from_raw(&raw) {
            Ok(job) => due.jobs.push(job),
            Err(error) => due.malformed.push((raw_id(&raw), error.to_string())),
        }
    }
    Ok(due)
}

fn raw_id(raw: &RawDocumentBuf) -> Bson {
    let id = raw.get(f::ID).ok().flatten();
    id.and_then(|id| Bson::try_from(id).ok())
        .unwrap_or(Bson::Null)
}
