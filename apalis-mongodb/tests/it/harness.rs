//! A database per test, workers that stop, and waiting with a deadline.

use std::fmt::Display;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use apalis_core::worker::context::WorkerContext;
use apalis_mongodb::{Config, JobRecord, JobState, MongoStorage, Operator, RetryStrategy, setup};
use dossier_devstack::testing::TestDatabase;
use futures_util::TryStreamExt;
use mongodb::bson::{Document, doc};
use mongodb::{Client, Database};

use crate::servers::TestServers;

/// No condition of a test may take longer.
///
/// A process killed inside a transaction leaves that open, and its job locked, for the server's
/// sixty seconds; so some conditions take a minute.
const DEADLINE: Duration = Duration::from_secs(90);

/// The server that tests share has one such fail point: whoever sets it on that one takes turns.
pub(crate) static FAIL_COMMAND: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// A queue on a database of its own.
pub(crate) struct Bench {
    database: Database,
    uri: String,
    pub(crate) config: Config,
    /// What vanishes with it.
    _shared: Option<TestDatabase>,
    _own: Option<TestServers>,
}

impl Bench {
    /// A queue whose timers suit tests: short leases and retries, default polling.
    pub(crate) async fn new() -> Self {
        Self::with(|config| config).await
    }

    pub(crate) async fn with(adjust: impl FnOnce(Config) -> Config) -> Self {
        let database = TestDatabase::create().await;
        let config = Config::new("test")
            .lease_duration(Duration::from_secs(3))
            .retry(RetryStrategy::Fixed(Duration::from_millis(100)));
        let config = adjust(config);
        set_up(database.database(), &config).await;
        Self {
            database: database.database().clone(),
            uri: database.uri().to_owned(),
            config,
            _shared: Some(database),
            _own: None,
        }
    }

    /// On a server that no other test is on, for those that change its parameters.
    pub(crate) async fn on_own_server(purpose: &str, config: Config) -> Self {
        let mut servers = TestServers::new(purpose);
        let options = servers.options();
        let uri = servers.start(&options).await.uri("test");
        let client = Client::with_uri_str(&uri).await.expect("a client");
        let database = client.database("test");
        set_up(&database, &config).await;
        Self {
            database,
            uri,
            config,
            _shared: None,
            _own: Some(servers),
        }
    }

    pub(crate) fn db(&self) -> &Database {
        &self.database
    }

    pub(crate) fn uri(&self) -> &str {
        &self.uri
    }

    pub(crate) fn storage<Args>(&self) -> MongoStorage<Args> {
        MongoStorage::new(self.db(), self.config.clone())
    }

    pub(crate) fn operator(&self) -> Operator {
        Operator::new(self.db(), &self.config)
    }

    pub(crate) async fn job(&self, id: impl ToString) -> JobRecord {
        self.operator()
            .find_job(&id.to_string())
            .await
            .expect("the job can be read")
            .expect("the job exists")
    }

    /// Waits until the job is in `state`.
    pub(crate) async fn reaches(&self, id: &impl Display, state: JobState) -> JobRecord {
        eventually(&format!("job {id} is {state}"), async || {
            let job = self.job(id).await;
            if job.state == state {
                Ok(job)
            } else {
                Err(format!("{job:?}"))
            }
        })
        .await
    }

    /// Waits until `count` jobs of the queue are in `state`.
    pub(crate) async fn counts(&self, state: JobState, count: u64) {
        eventually(&format!("{count} jobs are {state}"), async || {
            let counts = self
                .operator()
                .count_by_state(Some(self.config.queue()))
                .await
                .expect("jobs can be counted");
            let counts = counts.into_values().next().unwrap_or_default();
            if counts.of(state) == count {
                Ok(())
            } else {
                Err(format!("{counts:?}"))
            }
        })
        .await;
    }
}

async fn set_up(database: &Database, config: &Config) {
    let created = setup(database, config).await;
    created.expect("the indexes can be created");
}

/// Asks until the answer is `Ok` and returns it; fails with the last `Err` after the deadline.
pub(crate) async fn eventually<T, E: Display>(
    what: &str,
    mut ask: impl AsyncFnMut() -> Result<T, E>,
) -> T {
    let start = Instant::now();
    loop {
        match ask().await {
            Ok(answer) => return answer,
            Err(last) if start.elapsed() > DEADLINE => {
                panic!("after {DEADLINE:?} it is still not so that {what}: {last}")
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

/// How many connections the server has of the client called `name`.
pub(crate) async fn connections(db: &Database, name: &str) -> usize {
    let operations = doc! { "$currentOp": { "allUsers": true, "idleConnections": true } };
    let of_client = doc! { "$match": { "appName": name } };
    let admin = db.client().database("admin");
    let found = admin.aggregate([operations, of_client]).await;
    let found: Vec<Document> = found.unwrap().try_collect().await.unwrap();
    found.len()
}

/// What handlers noted, in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Notes(Arc<Mutex<Vec<String>>>);

impl Notes {
    pub(crate) fn add(&self, note: impl Into<String>) {
        self.0
            .lock()
            .expect("no handler panics here")
            .push(note.into());
    }

    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().expect("no handler panics here").clone()
    }

    pub(crate) async fn reach(&self, count: usize) -> Vec<String> {
        eventually(&format!("{count} notes are taken"), async || {
            let notes = self.all();
            if notes.len() >= count {
                Ok(notes)
            } else {
                Err(format!("{notes:?}"))
            }
        })
        .await
    }
}

/// A running worker; stops gracefully on request.
pub(crate) struct Running {
    context: WorkerContext,
    task: tokio::task::JoinHandle<Result<(), String>>,
}

impl Running {
    pub(crate) fn new(
        context: WorkerContext,
        run: impl Future<Output = Result<(), apalis_core::error::WorkerError>> + Send + 'static,
    ) -> Self {
        let task = tokio::spawn(async move { run.await.map_err(|error| error.to_string()) });
        Self { context, task }
    }

    /// Whether the worker has ended by itself.
    pub(crate) fn has_ended(&self) -> bool {
        self.task.is_finished()
    }

    pub(crate) fn begin_stop(&self) {
        self.context.stop().expect("the worker runs");
    }

    /// Stops and waits for the end.
    pub(crate) async fn stop(self) {
        if !self.context.is_shutting_down() {
            self.begin_stop();
        }
        tokio::time::timeout(DEADLINE, self.task)
            .await
            .expect("the worker stops in time")
            .expect("the worker does not panic")
            .expect("the worker ends well");
    }

    /// Drops the worker's future, as a forced shutdown does.
    pub(crate) fn abort(self) {
        self.task.abort();
    }
}

/// A runtime of its own. Workers that start in it share nothing with others: they have heartbeats
/// of their own, as those of another process have.
pub(crate) struct Apart(Option<tokio::runtime::Runtime>);

impl Apart {
    pub(crate) fn new() -> Self {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(1).enable_all().build();
        Self(Some(runtime.expect("a runtime starts")))
    }

    /// Runs `start` so that what it spawns belongs to this runtime.
    pub(crate) fn enter<T>(&self, start: impl FnOnce() -> T) -> T {
        let _entered = self.0.as_ref().map(tokio::runtime::Runtime::enter);
        start()
    }
}

impl Apart {
    /// Runs `task` on this runtime.
    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> tokio::task::JoinHandle<T> {
        self.enter(|| tokio::spawn(task))
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// Starts a worker: `worker!(storage, concurrency, handler)`.
#[macro_export]
macro_rules! worker {
    ($storage:expr, $concurrency:expr, $handler:expr) => {
        $crate::worker!($storage, $concurrency, $handler, |builder| builder)
    };
    ($storage:expr, $concurrency:expr, $handler:expr, |$builder:ident| $layers:expr) => {{
        use apalis::layers::WorkerBuilderExt as _;
        let context = apalis_core::worker::context::WorkerContext::new("worker");
        let $builder = apalis_core::worker::builder::WorkerBuilder::new(&context)
            .backend($storage)
            .concurrency($concurrency);
        let worker = ($layers).build($handler);
        $crate::harness::Running::new(context, worker.run())
    }};
}
