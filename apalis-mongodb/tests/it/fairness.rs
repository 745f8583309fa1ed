//! No job waits behind a long one while another worker is idle.

use std::sync::Arc;
use std::time::Duration;

use apalis_mongodb::{Config, JobState, NewJob};
use mongodb::bson::{Document, doc};
use tokio::sync::Notify;

use crate::harness::{Bench, Notes};
use crate::worker;

/// A handler that ends every job at once but those called "long", which end when told.
macro_rules! handler {
    ($notes:expr, $gate:expr, $took:expr) => {{
        let (notes, gate, took) = ($notes.clone(), Arc::clone(&$gate), $took);
        move |name: String| {
            let (notes, gate) = (notes.clone(), Arc::clone(&gate));
            async move {
                notes.add(&name);
                if name == "long" {
                    gate.notified().await;
                } else {
                    tokio::time::sleep(took).await;
                }
            }
        }
    }};
}

/// One worker with one handler has a long job; whatever else there is runs elsewhere meanwhile.
#[tokio::test]
async fn short_jobs_never_wait_behind_a_long_one_while_another_worker_is_idle() {
    // Far more than a handler can take, as with the defaults.
    let bench = Bench::with(|config| config.max_in_flight(32).batch_size(32)).await;
    let storage = bench.storage::<String>();
    let (notes, gate) = (Notes::default(), Arc::new(Notify::new()));
    let handle = || handler!(notes, gate, Duration::from_millis(5));
    let first = worker!(storage.clone(), 1, handle());
    let second = worker!(storage.clone(), 1, handle());
    for round in 1..=15 {
        let names = std::iter::once("long").chain(std::iter::repeat_n("short", 19));
        let jobs = names.map(|name| NewJob::new(name.to_owned()));
        storage.enqueue_many(jobs).await.unwrap();
        // The long one is still running: nobody tells it to end.
        notes.reach(round * 20).await;
        bench.counts(JobState::Done, (round * 20 - 1) as u64).await;
        gate.notify_one();
        bench.counts(JobState::Done, (round * 20) as u64).await;
    }
    first.stop().await;
    second.stop().await;
}

/// Where in the order of starts an urgent job comes that is enqueued while the fifth of forty runs.
async fn place_of_an_urgent_job(config: impl FnOnce(Config) -> Config, took: Duration) -> usize {
    let bench = Bench::with(config).await;
    let storage = bench.storage::<String>();
    let backlog = (0..40).map(|_| NewJob::new("ordinary".to_owned()));
    storage.enqueue_many(backlog).await.unwrap();
    let (notes, gate) = (Notes::default(), Arc::new(Notify::new()));
    let running = worker!(storage.clone(), 1, handler!(notes, gate, took));
    notes.reach(5).await;
    let urgent = NewJob::new("urgent".to_owned()).priority(9);
    storage.enqueue(urgent).await.unwrap();
    let before = notes.all().len();
    let order = notes.reach(41).await;
    running.stop().await;
    let place = order.iter().position(|name| name == "urgent").unwrap();
    place.saturating_sub(before)
}

#[tokio::test]
async fn a_worker_with_one_handler_runs_an_urgent_job_next() {
    let took = Duration::from_millis(100);
    let place = place_of_an_urgent_job(|config| config.concurrency(1), took).await;
    // One may have started between the answer and the look.
    assert!(place <= 1, "{place} jobs came before it");
}

#[tokio::test]
async fn a_worker_that_may_claim_many_runs_an_urgent_job_soon_all_the_same() {
    let took = Duration::from_millis(100);
    let many = |config: Config| config.max_in_flight(64).batch_size(64);
    let place = place_of_an_urgent_job(many, took).await;
    assert!(place <= 1, "{place} jobs came before it");
}

/// A worker that learned that its handlers are fast has claimed ahead when they become slow.
#[tokio::test]
async fn a_worker_whose_jobs_become_slow_gives_back_what_it_claimed_ahead() {
    let bench = Bench::with(|config| config.max_in_flight(64).batch_size(64)).await;
    let storage = bench.storage::<String>();
    let (notes, gate) = (Notes::default(), Arc::new(Notify::new()));
    let running = worker!(storage.clone(), 1, handler!(notes, gate, Duration::ZERO));
    let fast = (0..2000).map(|_| NewJob::new("short".to_owned()));
    storage.enqueue_many(fast).await.unwrap();
    notes.reach(500).await;
    let slow = NewJob::new("long".to_owned()).priority(1);
    storage.enqueue(slow).await.unwrap();
    bench.counts(JobState::Running, 1).await;
    assert!(notes.all().contains(&"long".to_owned()));
    gate.notify_one();
    bench.counts(JobState::Done, 2001).await;
    let jobs = bench
        .db()
        .collection::<Document>(&bench.config.collections().jobs);
    let counted = doc! { "$or": [{ "attempts": { "$ne": 1 } }, { "crashes": { "$gt": 0 } }] };
    assert_eq!(jobs.count_documents(counted).await.unwrap(), 0);
    running.stop().await;
}

/// Fast jobs have taught the worker to claim ahead; then all of its handlers are busy for long.
#[tokio::test]
async fn a_worker_whose_handlers_are_all_busy_holds_no_more_than_they_run() {
    let bench = Bench::with(|config| config.concurrency(8)).await;
    let storage = bench.storage::<String>();
    let (notes, gate) = (Notes::default(), Arc::new(Notify::new()));
    let running = worker!(storage.clone(), 8, handler!(notes, gate, Duration::ZERO));
    let short = (0..1000).map(|_| NewJob::new("short".to_owned()));
    storage.enqueue_many(short).await.unwrap();
    bench.counts(JobState::Done, 1000).await;
    let long = (0..20).map(|_| NewJob::new("long".to_owned()));
    storage.enqueue_many(long).await.unwrap();
    notes.reach(1008).await;
    bench.counts(JobState::Running, 8).await;
    // Three times as long as it holds back what it cannot start.
    let jobs = bench
        .db()
        .collection::<Document>(&bench.config.collections().jobs);
    for _ in 0..50 {
        let held = jobs.count_documents(doc! { "status": "Running" });
        assert_eq!(held.await.unwrap(), 8);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for left in (0..20).rev() {
        gate.notify_one();
        bench.counts(JobState::Done, 1020 - left).await;
    }
    running.stop().await;
}

#[tokio::test]
async fn an_urgent_job_is_the_next_one_on_a_quiet_queue_too() {
    let bench = Bench::with(|config| config.concurrency(1)).await;
    let storage = bench.storage::<String>();
    let (notes, gate) = (Notes::default(), Arc::new(Notify::new()));
    let handler = handler!(notes, gate, Duration::ZERO);
    let running = worker!(storage.clone(), 1, handler);
    storage.enqueue("long".to_owned()).await.unwrap();
    notes.reach(1).await;
    storage.enqueue("ordinary".to_owned()).await.unwrap();
    let urgent = NewJob::new("urgent".to_owned()).priority(9);
    storage.enqueue(urgent).await.unwrap();
    gate.notify_one();
    assert_eq!(notes.reach(3).await, ["long", "urgent", "ordinary"]);
    running.stop().await;
}
