//! Gathers the overview from the store.

use std::time::Duration;

use apalis_mongodb::Operator;
use apalis_mongodb::operator::{
    HeldJob, QueueCounts, QueueRecord, RecentFailures, WorkerRecord, WorkerState,
};
use futures_util::future::{try_join, try_join_all};
use mongodb::bson::DateTime;
use serde::Serialize;

use super::instant;
use super::{FailureOverview, MailOverview, QueueOverview, QueueState, Rates, WorkerOverview};
use crate::queue::{Job, QueueName, SendEmail};
use crate::store::{Store, StoreError};

/// What runs is read of so many jobs at most.
pub const MAX_RUNNING: u32 = 1000;

/// So many failures are in an overview at most.
pub const MAX_FAILURES: u32 = 20;

/// So far jobs are counted that ended in the last minute.
pub const MAX_COUNTED: u64 = 100_000;

/// What a failure says could not be done.
pub(super) const OPERATION: &str = "gather the overview";

/// Counts may be so old.
const COUNTS_AGE: Duration = Duration::from_secs(2);

/// Rates are of so long.
const MINUTE: Duration = Duration::from_secs(60);

/// How the queues, the workers and the mail server are at a moment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Overview {
    /// The moment, by the database's clock.
    #[serde(serialize_with = "instant::required")]
    pub at: DateTime,
    /// The name of the database.
    pub database: String,
    /// The way to the mail server.
    pub mail: MailOverview,
    /// Every queue: those of this version in their order, then any other that the database has.
    pub queues: Vec<QueueOverview>,
    /// Every worker: by queue, then by when it started. One that is gone without a word is dead for
    /// ten leases (five minutes) and then forgotten; one that stopped in order is gone at once.
    pub workers: Vec<WorkerOverview>,
    /// The newest failures of all queues, newest first; [`MAX_FAILURES`] at most.
    pub failures: Vec<FailureOverview>,
}

impl Overview {
    /// The overview now, which is given up after `limit`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Queue`] and [`StoreError::Database`]; both
    /// [are unavailability](StoreError::is_unavailable) when the database does not answer in time.
    pub async fn gather(store: &Store, limit: Duration) -> Result<Self, StoreError> {
        let store = store.clone();
        within(limit, async move { gather(&store).await }).await
    }
}

/// What comes of `gathering`, which is given up after `limit`.
pub(super) async fn within<T: Send + 'static>(
    limit: Duration,
    gathering: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) -> Result<T, StoreError> {
    // The driver's futures must not be dropped half-way: a late answer is discarded.
    match tokio::time::timeout(limit, tokio::spawn(gathering)).await {
        Ok(gathered) => gathered?,
        Err(_) => Err(StoreError::Queue {
            operation: OPERATION,
            source: apalis_mongodb::Error::TimedOut {
                operation: OPERATION,
                limit,
            },
        }),
    }
}

async fn gather(store: &Store) -> Result<Overview, StoreError> {
    let operator = store.queue_operator();
    let gathering = async {
        let found = queues_and_workers(&operator).await;
        found.map_err(StoreError::queue(OPERATION))
    };
    let (gathered, mail) = try_join(gathering, store.mail_failures()).await?;
    let (at, queues, workers, failures) = gathered;
    let mails = queues.iter().find(|queue| queue.name == SendEmail::QUEUE);
    let parked = mails.and_then(|queue| queue.parked.as_ref());
    Ok(Overview {
        at,
        database: store.database().name().to_owned(),
        mail: MailOverview::of(mail, parked),
        queues,
        workers,
        failures,
    })
}

type Gathered = (
    DateTime,
    Vec<QueueOverview>,
    Vec<WorkerOverview>,
    Vec<FailureOverview>,
);

async fn queues_and_workers(operator: &Operator) -> Result<Gathered, apalis_mongodb::Error> {
    let (records, workers) = try_join(operator.list_queues(), operator.list_workers(None)).await?;
    let (held, at) = try_join(operator.held_jobs(MAX_RUNNING), operator.server_time()).await?;
    let (queues, mut failures) = of_queues(operator, records, &workers).await?;
    failures.sort_by_key(|failure| std::cmp::Reverse(failure.at));
    failures.truncate(MAX_FAILURES as usize);
    Ok((at, queues, of_workers(workers, &held, at), failures))
}

/// The queues in their order, and what failed in them.
pub(super) async fn of_queues(
    operator: &Operator,
    records: Vec<QueueRecord>,
    workers: &[WorkerRecord],
) -> Result<(Vec<QueueOverview>, Vec<FailureOverview>), apalis_mongodb::Error> {
    let each = in_order(records)
        .into_iter()
        .map(|record| of_queue(operator, record, workers));
    let (mut queues, mut failures) = (Vec::new(), Vec::new());
    for (queue, failed) in try_join_all(each).await? {
        queues.push(queue);
        failures.extend(failed.newest.into_iter().map(FailureOverview::of));
    }
    Ok((queues, failures))
}

/// The workers in their order.
pub(super) fn of_workers(
    records: Vec<WorkerRecord>,
    held: &[HeldJob],
    at: DateTime,
) -> Vec<WorkerOverview> {
    let mut workers: Vec<WorkerOverview> = records
        .into_iter()
        .map(|record| WorkerOverview::of(record, held, at))
        .collect();
    workers.sort_by(|a, b| (&a.queue, a.started_at, &a.id).cmp(&(&b.queue, b.started_at, &b.id)));
    workers
}

/// All queues of this version, whether the database knows them or not, and then the others.
fn in_order(mut records: Vec<QueueRecord>) -> Vec<QueueRecord> {
    let mut ordered = Vec::with_capacity(records.len());
    for name in QueueName::ALL {
        let known = records.iter().position(|it| it.name == name.as_str());
        ordered.push(match known {
            Some(at) => records.remove(at),
            None => QueueRecord::unset(name.to_string()),
        });
    }
    ordered.extend(records);
    ordered
}

pub(super) async fn of_queue(
    operator: &Operator,
    record: QueueRecord,
    workers: &[WorkerRecord],
) -> Result<(QueueOverview, RecentFailures), apalis_mongodb::Error> {
    let name = record.name.as_str();
    // Counts are kept under the queue's name, which a document that cannot be read may not have.
    let has_name = record.malformed.is_none() || name.parse::<QueueName>().is_ok();
    let counts = match has_name {
        true => operator.recent_counts(name, COUNTS_AGE).await?,
        false => QueueCounts::default(),
    };
    let done = operator.done_within(name, MINUTE, MAX_COUNTED).await?;
    let failed = operator
        .recent_failures(name, MINUTE, MAX_FAILURES, MAX_COUNTED)
        .await?;
    let alive = workers
        .iter()
        .filter(|worker| worker.queue == record.name && worker.state == WorkerState::Alive);
    let overview = QueueOverview {
        state: QueueState::of(&record),
        counts,
        retrying: failed.waiting,
        oldest_ready: operator.oldest_ready_age(name).await?,
        oldest_unfinished: operator.oldest_unfinished_age(name).await?,
        rates: Rates {
            done,
            failed: failed.failed_within,
            dead: failed.dead_within,
        },
        workers: alive.count(),
        paused_at: record.paused_at,
        parked: record.parked,
        limits: record.limits,
        malformed: record.malformed,
        name: record.name,
    };
    Ok((overview, failed))
}
