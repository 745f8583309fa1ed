//! This backend passes its own conformance suite.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use apalis::layers::WorkerBuilderExt;
use apalis_core::backend::TaskSink;
use apalis_core::error::BoxDynError;
use apalis_core::task::builder::TaskBuilder;
use apalis_core::task::task_id::TaskId;
use apalis_core::worker::builder::WorkerBuilder;
use apalis_mongodb::testing::{
    self, CaseError, Job, Settings, Standing, Subject, standing_of, waiting_in,
};
use apalis_mongodb::{Config, MongoStorage, RetryStrategy, setup};
use apalis_workflow::{SteppedFlow, WorkflowSink};
use dossier_devstack::testing::TestDatabase;
use mongodb::bson::{Document, doc};
use mongodb::event::EventHandler;
use mongodb::event::command::CommandEvent;
use mongodb::options::ClientOptions;
use mongodb::{Client, Database};
use tokio::sync::mpsc;

use crate::harness::FAIL_COMMAND;

/// Every command of the backend that would be sent again by nobody but it.
const INTERRUPTED: [&str; 8] = [
    "find",
    "insert",
    "update",
    "delete",
    "aggregate",
    "getMore",
    "findAndModify",
    "hello",
];

/// Cases that do not apply here, and why.
const NOT_APPLICABLE: [(&str, &str); 1] = [(
    "a_workflow_survives_a_failed_value",
    "apalis-workflow's collector holds the only slot while it waits for the value",
)];

struct Mongo {
    database: TestDatabase,
    uri: String,
}

impl Mongo {
    async fn new() -> Self {
        let database = TestDatabase::create().await;
        setup(database.database(), &Config::new("conformance"))
            .await
            .unwrap();
        let uri = database.uri().to_owned();
        Self { database, uri }
    }

    /// The database through a client of its own, known to the server by the queue's name.
    async fn connect(
        &self,
        settings: &Settings,
        handler: Option<EventHandler<CommandEvent>>,
    ) -> Result<Database, CaseError> {
        let mut options = ClientOptions::parse(&self.uri).await?;
        options.app_name = Some(settings.queue.clone());
        options.command_event_handler = handler;
        let client = Client::with_options(options)?;
        Ok(client.database(self.database.database().name()))
    }

    async fn storage<Args>(&self, settings: &Settings) -> Result<MongoStorage<Args>, CaseError> {
        let db = self.connect(settings, None).await?;
        Ok(MongoStorage::new(&db, config(settings)))
    }
}

fn config(settings: &Settings) -> Config {
    Config::new(&settings.queue)
        .lease_duration(settings.timing.lease)
        .heartbeat_interval(settings.timing.heartbeat)
        .retry(RetryStrategy::Fixed(settings.timing.retry_delay))
        .batch_size(settings.buffer)
        .max_in_flight(settings.buffer)
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

    async fn interrupt_store(&self, settings: &Settings) -> Result<(), CaseError> {
        if std::env::var_os("MONGODB_URI").is_some() {
            return Err(CaseError::unsupported("a server that was given may refuse"));
        }
        let admin = self.database.client().database("admin");
        let fail = |mode: &str| {
            doc! {
                "configureFailPoint": "failCommand", "mode": mode,
                "data": {
                    "failCommands": INTERRUPTED.to_vec(), "closeConnection": true,
                    "appName": &settings.queue,
                },
            }
        };
        admin.run_command(fail("alwaysOn")).await?;
        // The interruption itself.
        tokio::time::sleep(Duration::from_secs(2)).await;
        admin.run_command(fail("off")).await?;
        Ok(())
    }

    async fn collect_in_workflow(
        &self,
        settings: &Settings,
        count: u32,
        fails_first: bool,
    ) -> Result<Vec<u32>, CaseError> {
        let fails_next = Arc::new(AtomicBool::new(fails_first));
        let (collected, mut outcome) = mpsc::unbounded_channel();
        let flow = SteppedFlow::new("collect")
            .and_then(async |count: u32| (0..count).collect::<Vec<_>>())
            .filter_map(move |number: u32| {
                let fails = number == 0 && fails_next.swap(false, Ordering::Relaxed);
                async move {
                    if fails {
                        return Err(BoxDynError::from("not yet"));
                    }
                    Ok(Some(number))
                }
            })
            .and_then(move |numbers: Vec<u32>| {
                let sent = collected.send(numbers);
                async move { sent.is_ok() }
            });
        let mut storage = self.storage::<u32>(settings).await?;
        storage.push_start(count).await?;
        let worker = WorkerBuilder::new("flow")
            .backend(storage)
            .concurrency(1)
            .build(flow);
        tokio::select! {
            end = worker.run() => Err(CaseError::Failed(format!("the worker ended: {end:?}"))),
            numbers = outcome.recv() => {
                numbers.ok_or_else(|| CaseError::failed("the workflow is gone"))
            }
        }
    }

    async fn durability(&self, settings: &Settings) -> Result<(), CaseError> {
        let (seen, mut concerns) = mpsc::unbounded_channel();
        let handler = EventHandler::callback(move |event| {
            if let CommandEvent::Started(started) = event
                && started.command_name == "insert"
            {
                let concern = started.command.get_document("writeConcern").cloned();
                let _ = seen.send(concern.unwrap_or_default());
            }
        });
        let db = self.connect(settings, Some(handler)).await?;
        let mut storage = MongoStorage::<Job>::new(&db, config(settings));
        TaskSink::push(&mut storage, Job { number: 0 }).await?;
        let concern: Document = concerns.recv().await.unwrap_or_default();
        match concern.get_str("w") {
            Ok("majority") => Ok(()),
            _ => Err(CaseError::Failed(format!("inserted with {concern}"))),
        }
    }
}

/// The case that has the store fail.
const INTERRUPTS: &str = "a_store_error_does_not_end_the_worker";

async fn check(name: &str) {
    let _turn = match name {
        INTERRUPTS => Some(FAIL_COMMAND.lock().await),
        _ => None,
    };
    let subject = Arc::new(Mongo::new().await);
    let mut cases = testing::all::<Mongo>().into_iter();
    let case = cases.find(|case| case.name() == name).unwrap();
    let outcome = case.run(&subject).await;
    let excused = NOT_APPLICABLE.iter().any(|(excused, _)| *excused == name);
    assert_eq!(
        outcome.is_passed(),
        !excused,
        "{}: {outcome}",
        case.sentence()
    );
}

macro_rules! tests {
    ($($name:ident)+) => {
        $(
            #[tokio::test]
            async fn $name() {
                check(stringify!($name)).await;
            }
        )+
    };
}
apalis_mongodb::for_each_conformance_case!(tests);
