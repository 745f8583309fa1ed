//! apalis-mongodb, with its change stream.

use apalis::prelude::{TaskBuilder, TaskId, TaskSink};
use apalis_mongodb::testing::{
    CaseError, Job, Settings, Standing, Subject, standing_of, waiting_in,
};
use apalis_mongodb::{Config, MongoStorage, RetryStrategy, setup};
use mongodb::Client;
use mongodb::bson::doc;

use super::{OUTAGE, collect};
use crate::proxy::Proxy;
use crate::server::Server;

pub(crate) struct Mongo {
    proxy: Proxy,
}

impl Mongo {
    pub(crate) async fn new(server: &Server) -> anyhow::Result<Self> {
        let subject = Self {
            proxy: Proxy::start(server.port).await?,
        };
        let client = Client::with_uri_str(subject.uri()).await?;
        setup(&client.database("conformance"), &Config::new("conformance")).await?;
        Ok(subject)
    }

    /// The proxy's address, not the one in the server's replica set configuration.
    fn uri(&self) -> String {
        let port = self.proxy.port();
        format!("mongodb://127.0.0.1:{port}/?directConnection=true")
    }

    async fn storage<Args>(&self, settings: &Settings) -> Result<MongoStorage<Args>, CaseError> {
        let client = Client::with_uri_str(self.uri()).await?;
        let config = Config::new(&settings.queue)
            .lease_duration(settings.timing.lease)
            .heartbeat_interval(settings.timing.heartbeat)
            .retry(RetryStrategy::Fixed(settings.timing.retry_delay))
            .batch_size(settings.buffer)
            .max_in_flight(settings.buffer);
        Ok(MongoStorage::new(&client.database("conformance"), config))
    }
}

impl Subject for Mongo {
    type Backend = MongoStorage<Job>;

    async fn backend(&self, settings: &Settings) -> Result<MongoStorage<Job>, CaseError> {
        self.storage(settings).await
    }

    async fn standing(
        &self,
        settings: &Settings,
        id: &TaskId,
    ) -> Result<Option<Standing>, CaseError> {
        standing_of(&mut self.backend(settings).await?, id).await
    }

    async fn waiting(&self, settings: &Settings) -> Result<usize, CaseError> {
        waiting_in(&self.backend(settings).await?).await
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

    /// Jobs are inserted with a majority's acknowledgement; whether that is one of the disk is
    /// the replica set's to say.
    async fn durability(&self, settings: &Settings) -> Result<(), CaseError> {
        let storage = self.backend(settings).await?;
        let admin = storage.database().client().database("admin");
        let config = admin.run_command(doc! { "replSetGetConfig": 1 }).await?;
        let config = config.get_document("config")?;
        match config.get_bool("writeConcernMajorityJournalDefault") {
            Ok(true) => Ok(()),
            _ => Err(CaseError::failed(
                "a majority does not wait for its journal",
            )),
        }
    }
}
