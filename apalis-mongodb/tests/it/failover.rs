//! The primary of a replica set changes while workers work.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use apalis_core::error::BoxDynError;
use apalis_core::task::data::Data;
use apalis_mongodb::{
    Config, JobHandle, JobState, MongoStorage, NewJob, Operator, RetryStrategy, setup,
};
use dossier_devstack::mongod::ReplicaSet;
use mongodb::bson::{Document, doc};
use mongodb::options::ClientOptions;
use mongodb::{Client, Database};
use tokio::runtime::Runtime;

use crate::harness::{Running, eventually};
use crate::servers::TestServers;
use crate::worker;

const EFFECTS: &str = "effects";
const JOBS: u64 = 300;

/// Three servers at a time are enough for a small machine.
pub(crate) static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Which jobs run, over all workers, and which ran twice at once.
#[derive(Debug, Default)]
struct Ledger {
    running: Mutex<HashSet<String>>,
    doubled: Mutex<Vec<String>>,
}

struct Run<'l>(&'l Ledger, String);

impl Ledger {
    fn begin(&self, job: String) -> Run<'_> {
        if !self.running.lock().unwrap().insert(job.clone()) {
            self.doubled.lock().unwrap().push(job.clone());
        }
        Run(self, job)
    }
}

impl Drop for Run<'_> {
    fn drop(&mut self) {
        self.0.running.lock().unwrap().remove(&self.1);
    }
}

/// The effect and the job's completion are one commit; what fails is tried again by the queue.
async fn handle(
    _: u32,
    job: JobHandle,
    db: Data<Database>,
    ledger: Data<Arc<Ledger>>,
) -> Result<(), BoxDynError> {
    let _run = ledger.begin(job.id());
    tokio::time::sleep(Duration::from_millis(40)).await;
    let mut session = db.client().start_session().await?;
    session.start_transaction().await?;
    db.collection::<Document>(EFFECTS)
        .insert_one(doc! { "job": job.id() })
        .session(&mut session)
        .await?;
    job.complete_in(&mut session).await?;
    session.commit_transaction().await?;
    Ok(())
}

/// A worker with a runtime and a client of its own, and so with heartbeats of its own, as another
/// process has them.
struct Apart {
    running: Option<Running>,
    runtime: Option<Runtime>,
}

impl Apart {
    fn start(options: ClientOptions, config: Config, ledger: &Arc<Ledger>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let entered = runtime.enter();
        let db = Client::with_options(options).unwrap().database("failover");
        let storage = MongoStorage::<u32>::new(&db, config);
        let running = worker!(storage, 4, handle, |builder| builder
            .data(db)
            .data(Arc::clone(ledger)));
        drop(entered);
        Self {
            running: Some(running),
            runtime: Some(runtime),
        }
    }

    /// Stops it; it must not have ended before.
    async fn stop(mut self) {
        let running = self.running.take().unwrap();
        assert!(!running.has_ended());
        running.stop().await;
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Two workers at work on three servers.
struct FailoverTest {
    workers: [Apart; 2],
    ledger: Arc<Ledger>,
    db: Database,
    config: Config,
    set: ReplicaSet,
    _servers: TestServers,
}

impl FailoverTest {
    async fn begin() -> Self {
        let mut servers = TestServers::new("failover");
        let set = servers.start_replica_set(3).await;
        let options = ClientOptions::parse(set.uri("failover")).await.unwrap();
        let db = Client::with_options(options.clone()).unwrap();
        let db = db.database("failover");
        let config = Config::new("test")
            .lease_duration(Duration::from_secs(6))
            .retry(RetryStrategy::Fixed(Duration::from_millis(100)));
        setup(&db, &config).await.unwrap();
        // Collections cannot be created in a transaction that races with another.
        db.create_collection(EFFECTS).await.unwrap();
        MongoStorage::<u32>::new(&db, config.clone())
            .enqueue_many((0..JOBS).map(|_| NewJob::new(1)))
            .await
            .unwrap();
        let ledger = Arc::new(Ledger::default());
        let workers =
            std::array::from_fn(|_| Apart::start(options.clone(), config.clone(), &ledger));
        Self {
            workers,
            ledger,
            db,
            config,
            set,
            _servers: servers,
        }
    }

    async fn effects(&self) -> mongodb::error::Result<u64> {
        let effects = self.db.collection::<Document>(EFFECTS);
        effects.count_documents(doc! {}).await
    }

    async fn commits(&self, count: u64) {
        eventually(
            &format!("{count} effects are committed"),
            async || match self.effects().await {
                Ok(now) if now >= count => Ok(()),
                other => Err(format!("{other:?}")),
            },
        )
        .await;
    }

    /// Waits until all jobs are done; each has its effect once, and no worker gave up.
    async fn end(self) -> Arc<Ledger> {
        eventually("all jobs are done", async || {
            let operator = Operator::new(&self.db, &self.config);
            match operator.count_by_state(Some("test")).await {
                Ok(counts) if counts["test"].of(JobState::Done) == JOBS => Ok(()),
                other => Err(format!("{other:?}")),
            }
        })
        .await;
        let effects = self.db.collection::<Document>(EFFECTS);
        let jobs = effects.distinct("job", doc! {}).await.unwrap();
        assert_eq!(jobs.len() as u64, JOBS, "some job has no effect");
        assert_eq!(self.effects().await.unwrap(), JOBS, "some job has two");
        for worker in self.workers {
            worker.stop().await;
        }
        self.ledger
    }
}

#[tokio::test]
async fn a_primary_that_steps_down_costs_no_job_and_runs_none_twice_at_once() {
    let _alone = ALONE.lock().await;
    let test = FailoverTest::begin().await;
    for step_down in 1..=2 {
        test.commits(step_down * JOBS / 3).await;
        test.set.step_down().await.unwrap();
    }
    let ledger = test.end().await;
    let doubled = ledger.doubled.lock().unwrap();
    assert!(doubled.is_empty(), "ran twice at once: {doubled:?}");
}

/// Claims that the other members had not yet are rolled back; such a job may run a second time,
/// but only one of the two can commit.
#[tokio::test]
async fn a_primary_that_is_killed_costs_no_job_and_commits_each_once() {
    let _alone = ALONE.lock().await;
    let test = FailoverTest::begin().await;
    test.commits(JOBS / 3).await;
    test.set.primary().await.unwrap().process().kill().await;
    test.end().await;
}
