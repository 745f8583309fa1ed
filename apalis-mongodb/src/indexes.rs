//! The indexes the queries rely on, and their creation for whoever has no migrations.

use std::time::Duration;

use mongodb::bson::{DateTime, Document, doc};
use mongodb::options::{IndexOptions, WriteConcern};
use mongodb::{Database, IndexModel};

use crate::config::Config;
use crate::error::{Context, Error};
use crate::model::{Status, field as f};
use crate::server::require_supported_version;

/// The index that claims read.
pub(crate) const CLAIM: &str = "claim_order";
/// The index that lists finished jobs, and from which those are removed that were kept long enough.
pub(crate) const FINISHED: &str = "finished";
/// The index of running jobs: whose lease has expired, and how many there are.
pub(crate) const LEASE: &str = "lease";

/// The index of jobs that failed and wait for another attempt, oldest first.
pub(crate) const UNFINISHED: &str = "unfinished";

/// The unique indexes of jobs: name and key, which is unique in its queue.
pub(crate) const UNIQUE: [(&str, &str); 2] = [
    ("idempotency", f::IDEMPOTENCY_KEY),
    ("unique_live", f::UNIQUE_KEY),
];

/// The collection an index belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CollectionKind {
    /// [`Collections::jobs`](field@crate::Collections::jobs)
    Jobs,
    /// [`Collections::workers`](field@crate::Collections::workers)
    Workers,
    /// [`Collections::queues`](field@crate::Collections::queues)
    Queues,
}

impl CollectionKind {
    /// The configured name of the collection.
    #[must_use]
    pub fn name(self, config: &Config) -> &str {
        match self {
            Self::Jobs => &config.collections.jobs,
            Self::Workers => &config.collections.workers,
            Self::Queues => &config.collections.queues,
        }
    }
}

/// Every index, by collection. A migration can be compared with it.
///
/// The partial indexes keep finished jobs out of what claims read, so that millions of them
/// cost nothing. A constant `status` among the keys lets counts be answered without reading a
/// document.
#[must_use]
pub fn indexes() -> Vec<(CollectionKind, IndexModel)> {
    let jobs = [
        // What a claim reads, in its order. The first key of each priority says when a job is due.
        partial(
            CLAIM,
            doc! { f::QUEUE: 1, f::STATUS: 1, f::PRIORITY: -1, f::RUN_AT: 1, f::ID: 1 },
            doc! { f::STATUS: Status::Pending },
        ),
        partial(
            LEASE,
            doc! { f::STATUS: 1, f::LEASE_UNTIL: 1, f::QUEUE: 1 },
            doc! { f::STATUS: Status::Running },
        ),
        // Only what waits after an attempt is in it, so that it costs a job without a failure nothing.
        partial(
            UNFINISHED,
            doc! { f::QUEUE: 1, f::STATUS: 1, f::CREATED_AT: 1 },
            doc! { f::STATUS: Status::Pending, f::ATTEMPTS: { "$gt": 0 } },
        ),
        // Finished jobs by state and time.
        partial(
            FINISHED,
            doc! { f::QUEUE: 1, f::STATUS: 1, f::FINISHED_AT: -1 },
            doc! { f::FINISHED_AT: since_epoch() },
        ),
        unique(UNIQUE[0]),
        unique(UNIQUE[1]),
    ];
    jobs.into_iter()
        .map(|index| (CollectionKind::Jobs, index))
        .chain([(CollectionKind::Workers, ttl("ttl"))])
        .collect()
}

/// Creates the indexes. It is safe to call at every start; for those who have no migrations.
///
/// # Errors
///
/// - [`Error::InvalidQueueName`] and [`Error::InvalidConfig`], as [`Config::validate`].
/// - [`Error::ServerTooOld`] below MongoDB 6.0.
/// - [`Error::TimedOut`] when the server does not tell its version.
/// - [`Error::Database`] when the database fails or refuses, for instance because an index of the same
///   name differs.
pub async fn setup(db: &Database, config: &Config) -> Result<(), Error> {
    config.validate()?;
    require_supported_version(db).await?;
    for (kind, index) in indexes() {
        db.collection::<Document>(kind.name(config))
            .create_index(index)
            .write_concern(WriteConcern::majority())
            .await
            .context("create an index")?;
    }
    Ok(())
}

/// The index of ids. A command that names jobs by their ids and says more about them has to name it:
/// left to itself the server may take an index for one of the other conditions, and read every
/// running job to settle a few.
pub(crate) fn by_id() -> Document {
    doc! { f::ID: 1 }
}

/// Any instant. An index can answer this alone, which it cannot for `$exists`.
pub(crate) fn since_epoch() -> Document {
    doc! { "$gt": DateTime::from_millis(0) }
}

fn partial(name: &str, keys: Document, filter: Document) -> IndexModel {
    let options = IndexOptions::builder()
        .name(name.to_owned())
        .partial_filter_expression(filter)
        .build();
    IndexModel::builder().keys(keys).options(options).build()
}

fn unique((name, key): (&str, &str)) -> IndexModel {
    let options = IndexOptions::builder()
        .name(name.to_owned())
        .unique(true)
        .partial_filter_expression(doc! { key: { "$exists": true } })
        .build();
    IndexModel::builder()
        .keys(doc! { f::QUEUE: 1, key: 1 })
        .options(options)
        .build()
}

fn ttl(name: &str) -> IndexModel {
    let options = IndexOptions::builder()
        .name(name.to_owned())
        .expire_after(Duration::ZERO)
        .partial_filter_expression(doc! { f::EXPIRE_AT: { "$exists": true } })
        .build();
    IndexModel::builder()
        .keys(doc! { f::EXPIRE_AT: 1 })
        .options(options)
        .build()
}
