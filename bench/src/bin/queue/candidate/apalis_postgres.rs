//! apalis-postgres, as its README shows it: woken by LISTEN, with a poll besides.

use std::time::Duration;

use apalis::prelude::{BackendExt, TaskBuilder, TaskSink};
use apalis_postgres::{Config, PostgresStorage, queries};
use sqlx::PgPool;

use super::queue::Promise;
use super::stack::run_worker;
use super::{Candidate, Observer, QUEUE, Queue, Store, postgres_pool};
use crate::arguments::Settings;
use crate::job::Job;

/// Notifications get lost while a fetch is under way, so a worker needs a poll as well.
const POLL_EVERY: Duration = Duration::from_millis(100);

pub(super) struct ApalisPostgres {
    uri: String,
    pool: PgPool,
    config: Config,
}

impl ApalisPostgres {
    pub(super) fn open(candidate: Candidate, uri: &str) -> anyhow::Result<Self> {
        let mut config = Config::default().queue(QUEUE);
        if candidate == Candidate::ApalisPostgresBatch {
            config = config.batch_size(100);
        }
        Ok(Self {
            uri: uri.to_owned(),
            pool: postgres_pool::lazy(uri)?,
            config,
        })
    }

    fn storage(&self) -> PostgresStorage<Job> {
        PostgresStorage::new(&self.pool).with_config(self.config.clone())
    }
}

impl Store for ApalisPostgres {
    fn reset(&self) -> Promise<'_, ()> {
        Box::pin(async {
            postgres_pool::recreate_database(&self.uri).await?;
            // What a connection did is counted for certain when it closes.
            let pool = postgres_pool::lazy(&self.uri)?;
            PostgresStorage::<()>::setup(&pool).await?;
            pool.close().await;
            Ok(())
        })
    }

    fn unfinished(&self, jobs: u64) -> Promise<'_, u64> {
        Box::pin(async move {
            let done = "SELECT count(*) FROM apalis.jobs WHERE status = 'Done'";
            let done: i64 = sqlx::query_scalar(done).fetch_one(&self.pool).await?;
            Ok(jobs.saturating_sub(done.unsigned_abs()))
        })
    }
}

impl Queue for ApalisPostgres {
    fn push(&self, job: Job) -> Promise<'_, ()> {
        Box::pin(async { Ok(self.storage().push(job).await?) })
    }

    fn push_many(&self, jobs: Vec<Job>) -> Promise<'_, ()> {
        Box::pin(async { Ok(self.storage().push_bulk(jobs).await?) })
    }

    fn push_with_document(&self, job: Job) -> Promise<'_, ()> {
        Box::pin(async move {
            let task = TaskBuilder::new(serde_json::to_vec(&job)?).build();
            let mut transaction = self.pool.begin().await?;
            sqlx::query("INSERT INTO users (name) VALUES ($1)")
                .bind(format!("user {}", job.number))
                .execute(&mut *transaction)
                .await?;
            queries::push_tasks(&mut *transaction, QUEUE, vec![task]).await?;
            Ok(transaction.commit().await?)
        })
    }

    fn work(&self, settings: Settings, observer: Observer) -> Promise<'_, ()> {
        let woken = self.storage().with_pubsub();
        let backend = woken.poll_with_interval(POLL_EVERY);
        run_worker!(backend, settings, observer)
    }
}
