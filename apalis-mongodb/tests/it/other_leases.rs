//! Workers whose leases differ rescue no live jobs of each other, whatever outage they had.

use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use apalis_core::task::task_id::TaskId;
use apalis_mongodb::{Config, JobState, MongoStorage, NewJob, Operator, setup};
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{DateTime, Document, doc};
use mongodb::{Client, Database};

use crate::harness::{Apart, Bench, Notes, Running, eventually};
use crate::servers::TestServers;
use crate::worker;

/// A worker whose handler blocks the only thread of its runtime, and with it its heartbeats.
struct Blocked {
    apart: Apart,
    running: Running,
    release: mpsc::Sender<()>,
}

impl Blocked {
    /// Returns when the handler has started.
    async fn start(db: &Database, config: &Config) -> (Self, TaskId) {
        let storage = MongoStorage::<u32>::new(db, config.clone());
        let (release, released) = mpsc::channel();
        let released = Arc::new(Mutex::new(released));
        let (notes, apart) = (Notes::default(), Apart::new());
        let seen = notes.clone();
        let running = apart.enter(|| {
            worker!(storage.clone(), 1, move |_: u32| {
                seen.add("blocks");
                released.lock().unwrap().recv().unwrap();
                std::future::ready(())
            })
        });
        let operator = Operator::new(db, config);
        eventually("the worker has sent a heartbeat", async || {
            let workers = operator.list_workers(Some(config.queue())).await;
            let workers = workers.unwrap();
            if workers.is_empty() {
                Err("it is not listed")
            } else {
                Ok(())
            }
        })
        .await;
        let job = storage.enqueue(1).await.unwrap();
        notes.reach(1).await;
        let blocked = Self {
            apart,
            running,
            release,
        };
        (blocked, job.into_id())
    }

    fn release(&self) {
        self.release.send(()).unwrap();
    }

    async fn stop(self) {
        self.running.stop().await;
        drop(self.apart);
    }
}

async fn ends_without_a_crash(operator: &Operator, job: &TaskId) {
    let job = eventually("the blocked job is done", async || {
        let job = operator.find_job(&job.to_string()).await.unwrap().unwrap();
        match job.state {
            JobState::Done => Ok(job),
            _ => Err(format!("{job:?}")),
        }
    })
    .await;
    assert_eq!((job.attempts, job.crashes), (1, 0), "{job:?}");
}

#[tokio::test]
async fn after_an_outage_jobs_with_longer_leases_than_ours_are_left_alone_for_as_long() {
    let (short, long) = (Duration::from_secs(1), Duration::from_secs(10));
    let mut servers = TestServers::new("other-leases");
    let options = servers.options();
    let server = servers.start(&options).await;
    let client = Client::with_uri_str(server.uri("leases")).await.unwrap();
    let db = client.database("leases");
    let ours = Config::new("short").lease_duration(short);
    setup(&db, &ours).await.unwrap();
    let notes = Notes::default();
    let seen = notes.clone();
    let storage = MongoStorage::<u32>::new(&db, ours.clone());
    let running = worker!(storage.clone(), 1, move |_: u32| {
        seen.add("ran");
        std::future::ready(())
    });
    let theirs = Config::new("long").lease_duration(long);
    let (blocked, job) = Blocked::start(&db, &theirs).await;
    // What is enqueued survives the server's death, and so does the claim that came before.
    storage.enqueue(1).await.unwrap();
    notes.reach(1).await;

    server.process().kill().await;
    // The outage itself, in which their lease expires.
    tokio::time::sleep(long).await;
    servers.start(&options).await;
    // Once these have run, our own leases would have expired several times since the outage.
    for count in 2..=3 {
        let later = NewJob::new(1).run_in(short * 3 / 2);
        storage.enqueue(later).await.unwrap();
        notes.reach(count).await;
    }
    blocked.release();
    ends_without_a_crash(&Operator::new(&db, &ours), &job).await;
    running.stop().await;
    blocked.stop().await;
}

#[tokio::test]
async fn an_outage_that_is_too_short_for_us_to_notice_costs_no_job_with_a_shorter_lease() {
    let short = Duration::from_secs(1);
    let bench = Bench::with(|config| {
        let config = config.lease_duration(short * 6);
        config.sweep_interval(Duration::from_millis(100))
    })
    .await;
    let running = worker!(bench.storage::<u32>(), 1, async |_: u32| {});
    let theirs = Config::new("short").lease_duration(short);
    // Our worker rescues by now.
    rescued(&bench, "before").await;
    let (blocked, job) = Blocked::start(bench.db(), &theirs).await;
    // They cannot reach the server for so long.
    tokio::time::sleep(short * 2).await;
    rescued(&bench, "meanwhile").await;
    blocked.release();
    ends_without_a_crash(&bench.operator(), &job).await;
    running.stop().await;
    blocked.stop().await;
}

/// Waits until a job of a worker that is dead and forgotten has been rescued.
async fn rescued(bench: &Bench, id: &str) {
    let epoch = DateTime::from_millis(0);
    let document = doc! {
        "_id": id, "queue": "test", "status": "Running", "priority": 0, "run_at": epoch,
        "args": 1, "attempts": 1, "max_attempts": 5, "crashes": 0, "created_at": epoch,
        "worker": "gone@1", "lock_token": ObjectId::new(), "started_at": epoch,
        "lease_until": epoch,
    };
    let jobs = bench.config.collections().jobs.as_str();
    let jobs = bench.db().collection::<Document>(jobs);
    jobs.insert_one(document).await.unwrap();
    let id = TaskId::from_string(id.to_owned());
    let job = bench.reaches(&id, JobState::Done).await;
    assert_eq!(job.crashes, 1);
}
