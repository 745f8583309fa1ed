//! Looks for due jobs, from the head of their queue or from where the last look ended.

use futures_util::TryStreamExt;
use mongodb::Collection;
use mongodb::bson::{Bson, DateTime, Document, RawDocumentBuf, doc};
use mongodb::options::Hint;

use super::claim::MAX_TIME;
use super::place::{Place, due_from, first_key};
use crate::error::{Context, Error};
use crate::indexes::CLAIM;
use crate::model::{JobDocument, Status, field as f};

/// Where a look begins.
#[derive(Debug, Clone)]
pub(crate) enum Start {
    /// At the head of the queue.
    Head,
    /// As at the head, but only jobs that never crashed a worker.
    HeadOfFresh,
    /// At this place, until the end of its priority. Jobs that were claimed leave the index, but the
    /// server walks over where they were until it tidies up; whoever always began at the head would
    /// walk over all of them. `until` is the server's time.
    Place { place: Place, until: DateTime },
    /// At the head of the queue, but no further than to this place.
    HeadUntil(Place),
    /// From the first of these places to the second, both included, in one priority.
    Between(Place, Place),
    /// Among the jobs of one priority that were due at `until`, which is their turn by age.
    Level { priority: i32, until: DateTime },
}

/// Due jobs of the queue in their order; those that cannot even be read as jobs come apart, with
/// their ids.
pub(crate) async fn candidates(
    jobs: &Collection<RawDocumentBuf>,
    queue: &str,
    start: Start,
    limit: usize,
) -> Result<Candidates, Error> {
    let mut filter = doc! { f::QUEUE: queue };
    filter.extend(due());
    let mut bounds = None;
    match start {
        Start::Head => {}
        Start::HeadOfFresh => {
            filter.insert(f::CRASHES, 0);
        }
        Start::Place { place, until } => bounds = Some(due_from(queue, &place, until)),
        Start::HeadUntil(end) => bounds = Some((first_key(queue), end.key(queue))),
        Start::Between(first, last) => {
            bounds = Some((first.key(queue), last.next().key(queue)));
        }
        Start::Level { priority, until } => {
            filter.insert(f::PRIORITY, priority);
            filter.insert(f::RUN_AT, doc! { "$lte": until });
        }
    }
    let mut find = jobs
        .find(filter)
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .batch_size(u32::try_from(limit).unwrap_or(u32::MAX))
        .hint(Hint::Name(CLAIM.to_owned()))
        .max_time(MAX_TIME);
    find = match bounds {
        // Between bounds the index is read in its own order.
        Some((min, max)) => find.min(min).max(max),
        None => find.sort(doc! { f::PRIORITY: -1, f::RUN_AT: 1, f::ID: 1 }),
    };
    let mut found = find.await.context("look for due jobs")?;
    let mut candidates = Candidates::default();
    while let Some(raw) = found.try_next().await.context("look for due jobs")? {
        match JobDocument::from_raw(&raw) {
            Ok(job) => candidates.jobs.push(job),
            Err(error) => candidates.malformed.push((raw_id(&raw), error.to_string())),
        }
    }
    Ok(candidates)
}

#[derive(Debug, Default)]
pub(crate) struct Candidates {
    pub(crate) jobs: Vec<JobDocument>,
    /// Id and what is wrong.
    pub(crate) malformed: Vec<(Bson, String)>,
}

impl Candidates {
    pub(crate) fn is_empty(&self) -> bool {
        self.jobs.is_empty() && self.malformed.is_empty()
    }
}

fn raw_id(raw: &RawDocumentBuf) -> Bson {
    raw.get(f::ID)
        .ok()
        .flatten()
        .and_then(|id| Bson::try_from(id).ok())
        .unwrap_or(Bson::Null)
}

/// Waiting, and due by the server's clock.
fn due() -> Document {
    doc! {
        f::STATUS: Status::Pending,
        "$expr": { "$lte": [format!("${}", f::RUN_AT), "$$NOW"] },
    }
}
