//! apalis-redis with its defaults and a poll, without which an idle worker sleeps for 30 s.

use std::time::Duration;

use anyhow::bail;
use apalis::prelude::{BackendExt, TaskSink};
use apalis_redis::{Config, ConnectionManager, RedisStorage};
use redis::AsyncCommands;

use super::queue::Promise;
use super::stack::run_worker;
use super::{Observer, QUEUE, Queue, Store};
use crate::arguments::Settings;
use crate::job::Job;

const POLL_EVERY: Duration = Duration::from_millis(100);

pub(super) struct ApalisRedis {
    connection: ConnectionManager,
    config: Config,
}

impl ApalisRedis {
    pub(super) async fn open(uri: &str) -> anyhow::Result<Self> {
        Ok(Self {
            connection: apalis_redis::connect(uri).await?,
            config: Config::default().queue(QUEUE),
        })
    }

    fn storage(&self) -> RedisStorage<Job> {
        RedisStorage::new(self.connection.clone()).with_config(self.config.clone())
    }
}

impl Store for ApalisRedis {
    fn reset(&self) -> Promise<'_, ()> {
        Box::pin(async {
            let mut connection = self.connection.clone();
            Ok(redis::cmd("FLUSHALL").query_async(&mut connection).await?)
        })
    }

    fn unfinished(&self, jobs: u64) -> Promise<'_, u64> {
        Box::pin(async move {
            let mut connection = self.connection.clone();
            let done: u64 = connection.scard(self.config.done_jobs_set()).await?;
            Ok(jobs.saturating_sub(done))
        })
    }
}

impl Queue for ApalisRedis {
    fn push(&self, job: Job) -> Promise<'_, ()> {
        Box::pin(async { Ok(self.storage().push(job).await?) })
    }

    fn push_many(&self, jobs: Vec<Job>) -> Promise<'_, ()> {
        Box::pin(async { Ok(self.storage().push_bulk(jobs).await?) })
    }

    fn push_with_document(&self, _: Job) -> Promise<'_, ()> {
        Box::pin(async { bail!("Redis has no transactions with the application's database") })
    }

    fn work(&self, settings: Settings, observer: Observer) -> Promise<'_, ()> {
        let backend = self.storage().poll_with_interval(POLL_EVERY);
        run_worker!(backend, settings, observer)
    }
}
