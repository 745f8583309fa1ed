//! Enqueues what the plan says, and remembers what the store has acknowledged.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use apalis_mongodb::{MongoStorage, NewJob};
use mongodb::bson::{Document, doc};
use mongodb::error::UNKNOWN_TRANSACTION_COMMIT_RESULT;
use mongodb::{Client, ClientSession, Collection};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::clock::now_millis;
use crate::job::{Job, ORDERS, config};
use crate::plan::{EnqueueMode, PlannedJob, Push};

/// The pause before what was not acknowledged is enqueued again.
const PAUSE: Duration = Duration::from_millis(100);

/// A backlog is enqueued by so many jobs at once.
const BACKLOG_BATCH: usize = 500;

/// A job that the store has acknowledged.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Acknowledged {
    pub(crate) id: String,
    pub(crate) planned: PlannedJob,
    /// When, in milliseconds since 1970.
    pub(crate) at: i64,
}

/// Enqueues jobs until each is acknowledged; cloning is cheap.
#[derive(Clone)]
pub(crate) struct Producer {
    client: Client,
    storage: MongoStorage<Job>,
    orders: Collection<Document>,
    acknowledged: Arc<Mutex<Vec<Acknowledged>>>,
}

impl Producer {
    pub(crate) async fn connect(uri: &str, lease: Duration, slots: usize) -> anyhow::Result<Self> {
        let client = Client::with_uri_str(uri).await?;
        let database = client.default_database();
        let database = database.context("the address names no database")?;
        Ok(Self {
            client,
            storage: MongoStorage::new(&database, config(lease, slots)),
            orders: database.collection(ORDERS),
            acknowledged: Arc::default(),
        })
    }

    /// Everything that was acknowledged so far.
    pub(crate) fn acknowledged(&self) -> Vec<Acknowledged> {
        let acknowledged = self.acknowledged.lock();
        acknowledged.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Enqueues a backlog.
    pub(crate) async fn push_backlog(&self, jobs: &[PlannedJob]) {
        for jobs in jobs.chunks(BACKLOG_BATCH) {
            self.push(EnqueueMode::Batch, jobs.to_vec()).await;
        }
    }

    /// Enqueues each push at its time from now on. One that is held up holds up no other.
    pub(crate) async fn push_in_time(&self, pushes: &[Push]) -> anyhow::Result<()> {
        let begin = Instant::now();
        let mut all = JoinSet::new();
        for push in pushes.iter().cloned() {
            let producer = self.clone();
            all.spawn(async move {
                tokio::time::sleep_until(begin + push.at).await;
                producer.push(push.how, push.jobs).await;
            });
        }
        while let Some(ended) = all.join_next().await {
            ended?;
        }
        Ok(())
    }

    /// Enqueues jobs, again and again until the store has acknowledged them. Whatever it is asked
    /// twice has a key or an order, so that it is enqueued once.
    async fn push(&self, how: EnqueueMode, jobs: Vec<PlannedJob>) {
        let ids = loop {
            match self.try_push(how, &jobs).await {
                Ok(ids) => break ids,
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
        };
        let at = now_millis();
        let new = ids
            .into_iter()
            .zip(jobs)
            .map(|(id, planned)| Acknowledged { id, planned, at });
        let acknowledged = self.acknowledged.lock();
        acknowledged
            .unwrap_or_else(PoisonError::into_inner)
            .extend(new);
    }

    async fn try_push(&self, how: EnqueueMode, jobs: &[PlannedJob]) -> anyhow::Result<Vec<String>> {
        match how {
            EnqueueMode::Alone | EnqueueMode::Batch if jobs.len() == 1 => {
                let id = self.storage.enqueue(with_key(&jobs[0])).await?;
                Ok(vec![id.to_string()])
            }
            EnqueueMode::Alone | EnqueueMode::Batch => {
                let jobs = jobs.iter().map(with_key);
                let ids = self.storage.enqueue_many(jobs).await?;
                Ok(ids.iter().map(ToString::to_string).collect())
            }
            EnqueueMode::Transaction | EnqueueMode::RolledBack => {
                self.push_with_orders(how, jobs).await
            }
        }
    }

    /// Enqueues jobs in one transaction with a document for each, unless it was done before.
    async fn push_with_orders(
        &self,
        how: EnqueueMode,
        jobs: &[PlannedJob],
    ) -> anyhow::Result<Vec<String>> {
        let numbers: Vec<i64> = jobs.iter().map(|job| job.job.number.into()).collect();
        if let Some(ids) = self.ordered(&numbers).await? {
            return Ok(ids);
        }
        let mut session = self.client.start_session().await?;
        session.start_transaction().await?;
        let mut ids = Vec::new();
        for (job, number) in jobs.iter().zip(numbers) {
            // Every other one goes the way of jobs with keys.
            let new = if number % 2 == 0 {
                with_key(job)
            } else {
                new(job)
            };
            let id = self
                .storage
                .with_session(&mut session)
                .push(new)
                .await?
                .to_string();
            let order = doc! { "_id": number, "job": &id };
            self.orders.insert_one(order).session(&mut session).await?;
            ids.push(id);
        }
        if how == EnqueueMode::RolledBack {
            session.abort_transaction().await?;
            return Ok(Vec::new());
        }
        commit(&mut session).await?;
        Ok(ids)
    }

    /// The jobs of an earlier transaction whose outcome was not known.
    async fn ordered(&self, numbers: &[i64]) -> anyhow::Result<Option<Vec<String>>> {
        let mut ids = Vec::new();
        for number in numbers {
            match self.orders.find_one(doc! { "_id": number }).await? {
                Some(order) => ids.push(order.get_str("job")?.to_owned()),
                None => return Ok(None),
            }
        }
        Ok(Some(ids))
    }
}

async fn commit(session: &mut ClientSession) -> Result<(), mongodb::error::Error> {
    loop {
        match session.commit_transaction().await {
            Err(error) if error.contains_label(UNKNOWN_TRANSACTION_COMMIT_RESULT) => {
                tokio::time::sleep(PAUSE).await;
            }
            outcome => return outcome,
        }
    }
}

fn new(job: &PlannedJob) -> NewJob<Job> {
    let new = NewJob::new(job.job.clone()).priority(job.priority);
    if job.delay.is_zero() {
        new
    } else {
        new.run_in(job.delay)
    }
}

fn with_key(job: &PlannedJob) -> NewJob<Job> {
    new(job).idempotency_key(job.job.number.to_string())
}
