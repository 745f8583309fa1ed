//! Parts of the overview, for whoever needs no more of it.

use std::time::Duration;

use apalis_mongodb::Operator;
use apalis_mongodb::operator::QueueRecord;
use futures_util::future::try_join;

use super::gather::{MAX_RUNNING, OPERATION, of_queue, of_queues, of_workers, within};
use super::{MailOverview, QueueOverview, WorkerOverview};
use crate::queue::{Job, SendEmail};
use crate::store::{Store, StoreError};

impl QueueOverview {
    /// Every queue now, as [the overview](super::Overview::gather) has them; given up after `limit`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Queue`].
    pub async fn gather_all(store: &Store, limit: Duration) -> Result<Vec<Self>, StoreError> {
        let operator = store.queue_operator();
        let gathering = async move {
            let found = queues(&operator).await;
            found.map_err(StoreError::queue(OPERATION))
        };
        within(limit, gathering).await
    }

    /// The queue called `name` now; given up after `limit`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Queue`].
    pub async fn gather(store: &Store, name: &str, limit: Duration) -> Result<Self, StoreError> {
        let (operator, name) = (store.queue_operator(), name.to_owned());
        let gathering = async move {
            let found = queue(&operator, &name).await;
            found.map_err(StoreError::queue(OPERATION))
        };
        within(limit, gathering).await
    }
}

impl WorkerOverview {
    /// The workers of every queue now, or of the one asked for; given up after `limit`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Queue`].
    pub async fn gather_all(
        store: &Store,
        queue: Option<&str>,
        limit: Duration,
    ) -> Result<Vec<Self>, StoreError> {
        let (operator, queue) = (store.queue_operator(), queue.map(str::to_owned));
        let gathering = async move {
            let found = workers(&operator, queue.as_deref()).await;
            found.map_err(StoreError::queue(OPERATION))
        };
        within(limit, gathering).await
    }
}

impl MailOverview {
    /// The way to the mail server now; given up after `limit`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Queue`] and [`StoreError::Database`].
    pub async fn gather(store: &Store, limit: Duration) -> Result<Self, StoreError> {
        let store = store.clone();
        within(limit, async move { mail(&store).await }).await
    }
}

async fn queues(operator: &Operator) -> Result<Vec<QueueOverview>, apalis_mongodb::Error> {
    let (records, workers) = try_join(operator.list_queues(), operator.list_workers(None)).await?;
    let (queues, _) = of_queues(operator, records, &workers).await?;
    Ok(queues)
}

async fn queue(operator: &Operator, name: &str) -> Result<QueueOverview, apalis_mongodb::Error> {
    let all = operator.list_queues();
    let (records, workers) = try_join(all, operator.list_workers(Some(name))).await?;
    let found = records.into_iter().find(|record| record.name == name);
    let record = found.unwrap_or_else(|| QueueRecord::unset(name.to_owned()));
    let (queue, _) = of_queue(operator, record, &workers).await?;
    Ok(queue)
}

async fn workers(
    operator: &Operator,
    queue: Option<&str>,
) -> Result<Vec<WorkerOverview>, apalis_mongodb::Error> {
    let records = operator.list_workers(queue).await?;
    let (held, at) = try_join(operator.held_jobs(MAX_RUNNING), operator.server_time()).await?;
    Ok(of_workers(records, &held, at))
}

async fn mail(store: &Store) -> Result<MailOverview, StoreError> {
    let (queues, failures) = try_join(store.list_queues(), store.mail_failures()).await?;
    let mails = queues.iter().find(|queue| queue.name == SendEmail::QUEUE);
    let parked = mails.and_then(|queue| queue.parked.as_ref());
    Ok(MailOverview::of(failures, parked))
}
