//! apalis-redis.

use apalis::prelude::{TaskBuilder, TaskId, TaskSink};
use apalis_mongodb::testing::{
    CaseError, Job, Settings, Standing, Subject, standing_of, waiting_in,
};
use apalis_redis::{Config, RedisStorage};

use super::{OUTAGE, collect};
use crate::proxy::Proxy;
use crate::server::Server;

pub(crate) struct Redis {
    proxy: Proxy,
}

impl Redis {
    pub(crate) async fn new(server: &Server) -> anyhow::Result<Self> {
        Ok(Self {
            proxy: Proxy::start(server.port).await?,
        })
    }

    async fn storage<Args>(&self, settings: &Settings) -> Result<RedisStorage<Args>, CaseError> {
        let port = self.proxy.port();
        let connection = apalis_redis::connect(format!("redis://127.0.0.1:{port}/")).await?;
        let timing = settings.timing;
        let missed = timing.lease.as_secs() / timing.heartbeat.as_secs();
        let config = Config::default()
            .queue(&settings.queue)
            .batch_size(settings.buffer)
            .heartbeat_interval(timing.heartbeat)
            .missed_heartbeats(usize::try_from(missed)?);
        Ok(RedisStorage::new(connection).with_config(config))
    }
}

impl Subject for Redis {
    type Backend = RedisStorage<Job>;

    async fn backend(&self, settings: &Settings) -> Result<Self::Backend, CaseError> {
        self.storage(settings).await
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

    async fn durability(&self, _settings: &Settings) -> Result<(), CaseError> {
        Err(CaseError::unsupported("the server's configuration decides"))
    }
}
