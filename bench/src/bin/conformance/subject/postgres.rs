//! apalis-postgres, with its listener and a poll every five seconds.

use std::time::Duration;

use apalis::prelude::{
    BackendExt, IntervalStrategy, PollWith, StreamStrategy, TaskBuilder, TaskId, TaskSink,
};
use apalis_mongodb::testing::{
    CaseError, Job, Settings, Standing, Subject, standing_of, waiting_in,
};
use apalis_postgres::{Config, PgPool, PostgresStorage, Pubsub};

use super::{OUTAGE, collect};
use crate::proxy::Proxy;
use crate::server::Server;

const POLL: Duration = Duration::from_secs(5);

type Listening = PollWith<PostgresStorage<Job>, StreamStrategy<Pubsub>>;

pub(crate) struct Postgres {
    proxy: Proxy,
}

impl Postgres {
    pub(crate) async fn new(server: &Server) -> anyhow::Result<Self> {
        let subject = Self {
            proxy: Proxy::start(server.port).await?,
        };
        PostgresStorage::setup(&subject.pool().await?).await?;
        Ok(subject)
    }

    async fn pool(&self) -> Result<PgPool, sqlx::Error> {
        let port = self.proxy.port();
        PgPool::connect(&format!("postgres://postgres@127.0.0.1:{port}/postgres")).await
    }

    async fn storage<Args>(&self, settings: &Settings) -> Result<PostgresStorage<Args>, CaseError> {
        let timing = settings.timing;
        let missed = timing.lease.as_secs() / timing.heartbeat.as_secs();
        let config = Config::default()
            .queue(&settings.queue)
            .batch_size(settings.buffer)
            .heartbeat_interval(timing.heartbeat)
            .missed_heartbeats(usize::try_from(missed)?);
        Ok(PostgresStorage::new(&self.pool().await?).with_config(config))
    }
}

impl Subject for Postgres {
    type Backend = PollWith<Listening, IntervalStrategy>;

    async fn backend(&self, settings: &Settings) -> Result<Self::Backend, CaseError> {
        let storage = self.storage(settings).await?;
        Ok(storage.with_pubsub().poll_with_interval(POLL))
    }

    async fn standing(
        &self,
        settings: &Settings,
        id: &TaskId,
    ) -> Result<Option<Standing>, CaseError> {
        standing_of(&mut self.storage::<Job>(settings).await?, id).await
    }

    async fn waiting(&self, settings: &Settings) -> Result<usize, CaseError> {
        waiting_in(&self.storage::<Job>(settings).await?).await
    }

    async fn enqueue_poison(&self, settings: &Settings, id: TaskId) -> Result<(), CaseError> {
        let mut backend = self.storage::<String>(settings).await?;
        let poison = TaskBuilder::new("no job".to_owned()).task_id(id).build();
        Ok(backend.push_task(poison).await?)
    }

    async fn interrupt_store(&self, _settings: &Settings) -> Result<(), CaseError> {
        self.proxy.shut(OUTAGE).await;
        Ok(())
    }

    async fn collect_in_workflow(
        &self,
        settings: &Settings,
        count: u32,
        fails_first: bool,
    ) -> Result<Vec<u32>, CaseError> {
        collect!(self.storage::<u32>(settings).await?, count, fails_first)
    }

    async fn durability(&self, settings: &Settings) -> Result<(), CaseError> {
        let storage = self.storage::<Job>(settings).await?;
        for setting in ["fsync", "synchronous_commit"] {
            let ask = sqlx::query_scalar("SELECT current_setting($1)").bind(setting);
            let value: String = ask.fetch_one(storage.pool()).await?;
            if value != "on" {
                return Err(CaseError::failed(format!("{setting} is {value}")));
            }
        }
        Ok(())
    }
}
