//! Operators see of workers whether they live, what they have, and what failed lately.

use std::sync::Arc;
use std::time::Duration;

use apalis_mongodb::operator::{WorkerRecord, WorkerState};
use apalis_mongodb::{JobState, NewJob};
use mongodb::bson::{DateTime, Document, doc};
use tokio::sync::Semaphore;

use crate::harness::{Bench, Notes, eventually};
use crate::worker;

/// The one worker of the queue, once it is as `is_so` says.
async fn worker_that(
    bench: &Bench,
    what: &str,
    is_so: impl Fn(&WorkerRecord) -> bool,
) -> WorkerRecord {
    eventually(what, async || {
        let mut workers = bench.operator().list_workers(Some("test")).await.unwrap();
        match workers.pop() {
            Some(worker) if workers.is_empty() && is_so(&worker) => Ok(worker),
            other => Err(format!("{other:?} {workers:?}")),
        }
    })
    .await
}

#[tokio::test]
async fn a_worker_that_stops_drains_until_its_jobs_have_ended() {
    let bench = Bench::new().await;
    let (notes, gate) = (Notes::default(), Arc::new(Semaphore::new(0)));
    let handler = {
        let (notes, gate) = (notes.clone(), Arc::clone(&gate));
        move |_: u32| {
            let (notes, gate) = (notes.clone(), Arc::clone(&gate));
            async move {
                notes.add("runs");
                drop(gate.acquire().await);
            }
        }
    };
    let running = worker!(bench.storage::<u32>(), 2, handler);
    let id = bench.storage::<u32>().enqueue(1).await.unwrap();
    notes.reach(1).await;
    let runs = |worker: &WorkerRecord| worker.running == Some(1);
    let alive = worker_that(&bench, "its heartbeat tells of the job", runs).await;
    assert_eq!(alive.state, WorkerState::Alive);
    assert_eq!((alive.leases, alive.buffered), (1, Some(0)));
    assert_eq!(alive.draining_since, None);
    let held = bench.operator().held_jobs(10).await.unwrap();
    assert_eq!(held.len(), 1, "{held:?}");
    assert_eq!((&held[0].id, &held[0].worker), (&id.to_string(), &alive.id));
    assert_eq!((&*held[0].queue, held[0].attempt), ("test", 1));
    assert!(held[0].since >= alive.started_at.saturating_add_millis(-1000));

    running.begin_stop();
    let drains = |worker: &WorkerRecord| worker.state == WorkerState::Draining;
    let draining = worker_that(&bench, "it drains", drains).await;
    assert_eq!(draining.id, alive.id);
    let since = draining.draining_since.expect("it says since when");
    let beats = |worker: &WorkerRecord| worker.last_seen > since.saturating_add_millis(100);
    let later = worker_that(&bench, "its heartbeats go on", beats).await;
    assert_eq!(later.draining_since, Some(since), "the first time stays");
    gate.close();
    running.stop().await;
    let left = bench.operator().list_workers(None).await.unwrap();
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn a_worker_without_a_heartbeat_for_its_lease_is_dead() {
    let bench = Bench::new().await;
    let workers = bench.db().collection::<Document>("apalis_workers");
    let now = DateTime::now();
    let lease = 30_000;
    // What an older version wrote: neither what runs nor whether it drains.
    let stored = |id: &str, silent_ms: i64| {
        let seen = now.saturating_add_millis(-silent_ms);
        doc! {
            "_id": id, "name": id, "queue": "test", "service": "", "started_at": seen,
            "last_seen": seen, "leases": 3_i64,
            "expire_at": seen.saturating_add_millis(10 * lease),
        }
    };
    let documents = [stored("a", 0), stored("b", lease * 2)];
    workers.insert_many(documents).await.unwrap();
    let found = bench.operator().list_workers(None).await.unwrap();
    let states: Vec<_> = found.iter().map(|it| (&*it.id, it.state)).collect();
    let expected = [("a", WorkerState::Alive), ("b", WorkerState::Dead)];
    assert_eq!(states, expected);
    assert_eq!((found[0].leases, found[0].running), (3, None));
    assert_eq!(found[0].buffered, None);
}

#[tokio::test]
async fn what_failed_lately_and_how_a_queue_did_is_told() {
    let bench = Bench::with(|config| config.max_attempts(2)).await;
    let storage = bench.storage::<u32>();
    let handler = async |number: u32| match number {
        0..5 => Ok(()),
        _ => Err(std::io::Error::other("the server is down")),
    };
    let running = worker!(bench.storage::<u32>(), 4, handler);
    let jobs = (0..8).map(NewJob::new);
    storage.enqueue_many(jobs).await.unwrap();
    bench.counts(JobState::Done, 5).await;
    bench.counts(JobState::Dead, 3).await;
    running.stop().await;
    // One that failed once and waits.
    let waiting = storage.enqueue(9).await.unwrap();
    let at = DateTime::now();
    let attempt = doc! {
        "attempt": 1_i64, "worker": "w", "due_at": at, "started_at": at, "finished_at": at,
        "outcome": "failed", "error": "no answer",
    };
    let later = at.saturating_add_millis(3_600_000);
    let failed = doc! { "$set": {
        "attempts": 1, "run_at": later, "last_error": "no answer", "history": [attempt],
    } };
    let collection = bench.db().collection::<Document>("apalis_jobs");
    let filter = doc! { "_id": waiting.to_string() };
    collection.update_one(filter, failed).await.unwrap();

    let (operator, minutes) = (bench.operator(), Duration::from_secs(600));
    assert_eq!(operator.done_within("test", minutes, 100).await.unwrap(), 5);
    assert_eq!(operator.done_within("test", minutes, 3).await.unwrap(), 3);
    let failures = operator.recent_failures("test", minutes, 3, 100).await;
    let failures = failures.unwrap();
    assert_eq!((failures.waiting, failures.dead_within), (1, 3));
    assert_eq!(failures.failed_within, 4);
    assert_eq!(failures.newest.len(), 3, "no more than asked for");
    let newest = &failures.newest[0];
    assert_eq!(
        (&newest.id, newest.state),
        (&waiting.to_string(), JobState::Scheduled)
    );
    assert_eq!(
        (&*newest.error, newest.attempts, newest.max_attempts),
        ("no answer", 1, 2)
    );
    assert_eq!(failures.newest[1].state, JobState::Dead);
    assert!(failures.newest[1].error.contains("the server is down"));

    let statistics = operator.statistics("test", minutes, 100).await.unwrap();
    assert_eq!(
        (statistics.done, statistics.dead, statistics.cancelled),
        (5, 3, 0)
    );
    assert_eq!(statistics.sampled_jobs, 9);
    assert_eq!(statistics.attempts.get("done"), Some(&5));
    assert_eq!(statistics.failed_attempts(), 7, "{statistics:?}");
    let run = statistics.run.expect("attempts were made");
    assert!(run.p50 <= run.p99 && run.p99 <= run.max, "{run:?}");
    assert!(statistics.wait.is_some());
    let none = operator.statistics("other", minutes, 100).await.unwrap();
    assert_eq!((none.done, none.sampled_jobs, none.run), (0, 0, None));
}
