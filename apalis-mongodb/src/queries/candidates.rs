//! Looks for due jobs, from the head of their queue or from where the last look ended.

use std::ops::Range;
use std::time::Duration;

use futures_util::TryStreamExt;
use mongodb::Collection;
use mongodb::bson::{Bson, DateTime, Document, RawDocumentBuf, doc};
use mongodb::options::Hint;

use super::claim::MAX_TIME;
use crate::error::{Context, Error};
use crate::indexes::CLAIM;
use crate::model::{JobDocument, Status, field as f, time};

/// A place in the order in which the jobs of a queue are claimed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Place {
    priority: i32,
    run_at: DateTime,
    id: String,
}

impl Place {
    pub(crate) fn new(priority: i32, run_at: DateTime, id: &str) -> Self {
        Self {
            priority,
            run_at,
            id: id.to_owned(),
        }
    }

    pub(crate) fn of(job: &JobDocument) -> Self {
        Self::new(job.priority, job.run_at, &job.id)
    }

    /// Reads the fields that make a place; `None` if they are not those of a job.
    pub(crate) fn read(document: &Document) -> Option<Self> {
        Some(Self {
            priority: document.get_i32(f::PRIORITY).ok()?,
            run_at: *document.get_datetime(f::RUN_AT).ok()?,
            id: document.get_str(f::ID).ok()?.to_owned(),
        })
    }

    /// As it is read.
    pub(crate) fn to_document(&self) -> Document {
        doc! { f::PRIORITY: self.priority, f::RUN_AT: self.run_at, f::ID: &self.id }
    }

    /// The place behind this one: no id comes between an id and the same with a zero at its end.
    pub(crate) fn next(mut self) -> Self {
        self.id.push('\0');
        self
    }

    /// As a key of the index, of waiting jobs of `queue`.
    fn key(&self, queue: &str) -> Document {
        doc! {
            f::QUEUE: queue, f::STATUS: Status::Pending, f::PRIORITY: self.priority,
            f::RUN_AT: self.run_at, f::ID: &self.id,
        }
    }
}

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
        Start::Place { place, until } => {
            filter.insert(f::PRIORITY, place.priority);
            bounds = Some(due_from(queue, &place, until));
        }
        Start::HeadUntil(end) => bounds = Some((first_key(queue), end.key(queue))),
        Start::Between(first, last) => {
            filter.insert(f::PRIORITY, first.priority);
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
    let filter = doc! {
        f::QUEUE: queue, f::STATUS: Status::Pending, f::PRIORITY: place.priority,
        f::RUN_AT: { "$lte": until },
    };
    let (min, max) = due_from(queue, place, until);
    let found: Vec<Document> = jobs
        .find(filter)
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
    Ok(found.last().and_then(Place::read))
}

/// The part of the index from `place` to the end of what may be due. Whether a job is due is for
/// the filter to say, by the server's own clock; so the end is a little later.
fn due_from(queue: &str, place: &Place, until: DateTime) -> (Document, Document) {
    let end = time::after(until, Duration::from_secs(1)).max(place.run_at);
    let end = Place::new(
        place.priority,
        time::after(end, Duration::from_millis(1)),
        "",
    );
    (place.key(queue), end.key(queue))
}

/// Where the waiting jobs of `queue` begin in the index.
fn first_key(queue: &str) -> Document {
    doc! {
        // From the highest priority down.
        f::QUEUE: queue, f::STATUS: Status::Pending, f::PRIORITY: Bson::MaxKey,
        f::RUN_AT: Bson::MinKey, f::ID: Bson::MinKey,
    }
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
