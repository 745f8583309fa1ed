//! Processes are killed and frozen, servers go away, and nothing is lost or committed twice.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use apalis_mongodb::{JobState, NewJob};
use dossier_devstack::testing::Stopwatch;
use mongodb::bson::{Document, doc};

use crate::child::{self, EFFECTS, RUNS};
use crate::harness::{Bench, eventually};

/// A worker process that dies with the test.
struct Worker(Child);

impl Worker {
    fn start(uri: &str, lease: Duration) -> Self {
        let own = std::env::current_exe().expect("this test has a path");
        let child = Command::new(own)
            .args(["--exact", "child::child_process", "--nocapture"])
            .env(child::VARIABLE, format!("{uri} {}", lease.as_millis()))
            .stdout(Stdio::null())
            .stderr(log(Path::new(env!("CARGO_TARGET_TMPDIR"))))
            .spawn()
            .expect("the test can start itself");
        Self(child)
    }

    fn signal(&self, name: &str) {
        let pid = self.0.id().to_string();
        let sent = Command::new("kill").args([name, &pid]).status();
        assert!(sent.expect("kill runs").success());
    }

    fn kill(mut self) {
        self.0.kill().expect("the worker runs");
        self.0.wait().expect("the worker can be waited for");
    }

    fn pid(&self) -> i64 {
        i64::from(self.0.id())
    }

    fn is_alive(&mut self) -> bool {
        self.0
            .try_wait()
            .expect("the worker can be asked")
            .is_none()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn log(folder: &Path) -> Stdio {
    let file = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(folder.join("children.log"));
    file.map_or_else(|_| Stdio::null(), Stdio::from)
}

async fn effects_of_each(bench: &Bench) -> Vec<i32> {
    use futures_util::TryStreamExt;
    let groups: Vec<Document> = bench
        .db()
        .collection::<Document>(EFFECTS)
        .aggregate([doc! { "$group": { "_id": "$job", "n": { "$sum": 1 } } }])
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    groups
        .iter()
        .map(|group| group.get_i32("n").unwrap())
        .collect()
}

/// On a server of the test's own: a process killed inside a transaction leaves that open for a minute, and the test
/// need not wait that long. Transactions of other tests may last as long as they do elsewhere.
async fn bench(lease: Duration) -> Bench {
    let bench = Bench::on_own_server("processes", child::config(lease)).await;
    let admin = bench.db().client().database("admin");
    let limit = doc! { "setParameter": 1, "transactionLifetimeLimitSeconds": 3 };
    admin.run_command(limit).await.unwrap();
    // Collections cannot be created in a transaction that races with another.
    for name in [EFFECTS, RUNS] {
        bench.db().create_collection(name).await.unwrap();
    }
    bench
}

#[tokio::test]
async fn workers_killed_six_times_lose_no_job_and_commit_each_once() {
    let lease = Duration::from_secs(2);
    let bench = bench(lease).await;
    bench
        .storage::<i64>()
        .enqueue_many((0..2000).map(|_| NewJob::new(5)))
        .await
        .unwrap();
    let mut workers: Vec<_> = (0..3).map(|_| Worker::start(bench.uri(), lease)).collect();
    for kill in 1..=6 {
        let target = kill * 250;
        eventually(&format!("{target} effects are committed"), async || {
            let done = bench
                .db()
                .collection::<Document>(EFFECTS)
                .count_documents(doc! {})
                .await
                .unwrap();
            if done >= target { Ok(()) } else { Err(done) }
        })
        .await;
        workers.remove(0).kill();
        workers.push(Worker::start(bench.uri(), lease));
    }
    bench.counts(JobState::Done, 2000).await;
    let effects = effects_of_each(&bench).await;
    assert_eq!(effects.len(), 2000);
    assert!(effects.iter().all(|count| *count == 1));
}

/// Waits until the second worker has been there for so long that it may rescue jobs of the first one, which runs job
/// `id`.
async fn has_worked_for_a_lease(bench: &Bench, id: &str) {
    eventually("both workers are listed", async || {
        let operator = bench.operator();
        match operator.list_workers(None).await.unwrap().len() {
            2 => Ok(()),
            other => Err(other),
        }
    })
    .await;
    let until = async || bench.job(id).await.lease_until.unwrap().timestamp_millis();
    let first = until().await;
    let lease = i64::try_from(bench.config.lease().as_millis()).unwrap();
    eventually("a lease has passed", async || match until().await - first {
        passed if passed > lease * 4 / 3 => Ok(()),
        passed => Err(passed),
    })
    .await;
}

#[tokio::test]
async fn a_job_of_a_killed_worker_is_rescued_within_two_leases() {
    let lease = Duration::from_secs(3);
    let bench = bench(lease).await;
    let id = bench.storage::<i64>().enqueue(60_000).await.unwrap();
    let victim = Worker::start(bench.uri(), lease);
    bench.reaches(&id, JobState::Running).await;
    let _successor = Worker::start(bench.uri(), lease);
    has_worked_for_a_lease(&bench, &id.to_string()).await;
    victim.kill();
    let killed = Stopwatch::start();
    eventually("the job is rescued", async || {
        let job = bench.job(&id).await;
        if job.crashes == 1 {
            Ok(())
        } else {
            Err(format!("{job:?}"))
        }
    })
    .await;
    assert!(killed.ran() < 2 * lease, "{:?}", killed.ran());
}

#[tokio::test]
async fn a_worker_frozen_beyond_its_lease_yields_its_job_and_cannot_commit_it() {
    let lease = Duration::from_millis(1500);
    let bench = bench(lease).await;
    // Long enough to be frozen while it runs, and not while it commits.
    let id = bench.storage::<i64>().enqueue(6000).await.unwrap();
    let mut frozen = Worker::start(bench.uri(), lease);
    bench.reaches(&id, JobState::Running).await;
    frozen.signal("-STOP");
    let successor = Worker::start(bench.uri(), lease);
    bench.reaches(&id, JobState::Done).await;
    frozen.signal("-CONT");
    let next = bench.storage::<i64>().enqueue(1).await.unwrap();
    bench.reaches(&next, JobState::Done).await;
    // The frozen one takes jobs again when it is the only one.
    let heir_pid = successor.pid();
    successor.kill();
    let last = bench.storage::<i64>().enqueue(1).await.unwrap();
    bench.reaches(&last, JobState::Done).await;
    assert!(frozen.is_alive());
    let effects = bench.db().collection::<Document>(EFFECTS);
    let of_first = effects
        .count_documents(doc! { "job": id.to_string() })
        .await
        .unwrap();
    assert_eq!(of_first, 1);
    let by_heir = doc! { "job": id.to_string(), "pid": heir_pid };
    assert_eq!(effects.count_documents(by_heir).await.unwrap(), 1);
    assert_eq!(bench.job(&id).await.crashes, 1);
}
