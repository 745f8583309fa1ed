//! Workers of several queues under one monitor.

use std::sync::Arc;
use std::time::Duration;

use apalis::layers::WorkerBuilderExt;
use apalis_core::monitor::Monitor;
use apalis_core::task::data::Data;
use apalis_core::worker::builder::WorkerBuilder;
use apalis_core::worker::event::Event;
use apalis_core::worker::ext::event_listener::EventListenerExt;
use apalis_mongodb::{Config, JobState, MongoStorage, NewJob};
use tokio::sync::{Notify, Semaphore};

use crate::harness::{Bench, Notes, eventually};

const QUICK: u32 = 1;
const LONG: u32 = 2;

/// What the handlers of both queues share with the test.
#[derive(Clone)]
struct Signals {
    starts_of_long: Notes,
    long_runs: Arc<Semaphore>,
    release: Arc<Semaphore>,
}

impl Signals {
    fn new() -> Self {
        Self {
            starts_of_long: Notes::default(),
            long_runs: Arc::new(Semaphore::new(0)),
            release: Arc::new(Semaphore::new(0)),
        }
    }
}

/// A long job lasts until it is released; a quick one ends as soon as a long one runs.
async fn play(number: u32, signals: Data<Signals>) {
    let waits_for = if number == LONG {
        signals.starts_of_long.add("started");
        signals.long_runs.add_permits(1);
        &signals.release
    } else {
        &signals.long_runs
    };
    let _ = waits_for.acquire().await;
}

#[tokio::test]
async fn a_monitor_restarts_a_worker_that_failed_and_stops_all_when_their_jobs_are_done() {
    let bench = Bench::new().await;
    let other = Config::new("other").lease_duration(Duration::from_secs(3));
    let other = MongoStorage::<u32>::new(bench.db(), other);
    let first = bench.storage::<u32>();
    let signals = Signals::new();
    let stop = Arc::new(Notify::new());
    let monitor = monitor(first.clone(), other.clone(), &signals);
    let signal = Arc::clone(&stop);
    let monitor = tokio::spawn(monitor.run_with_signal(async move {
        signal.notified().await;
        Ok(())
    }));

    let ids = first
        .enqueue_many([NewJob::new(LONG), NewJob::new(QUICK)])
        .await
        .unwrap();
    // The worker fails when the quick one succeeds; the next one starts the long one again.
    signals.starts_of_long.reach(2).await;
    bench.reaches(&ids[1], JobState::Done).await;

    let of_other = other.enqueue(LONG).await.unwrap();
    signals.starts_of_long.reach(3).await;
    stop.notify_one();
    eventually("no worker takes jobs any more", async || {
        match (first.outstanding(), other.outstanding()) {
            (1, 1) => Ok(()),
            counts => Err(format!("{counts:?}")),
        }
    })
    .await;
    signals.release.add_permits(10);
    tokio::time::timeout(Duration::from_secs(30), monitor)
        .await
        .expect("the monitor stops")
        .unwrap()
        .unwrap();
    for id in [&ids[0], &of_other] {
        let job = bench.job(id).await;
        assert_eq!((job.state, job.attempts), (JobState::Done, 1), "{job:?}");
    }
}

/// The first worker's first start fails after its first job.
fn monitor(first: MongoStorage<u32>, other: MongoStorage<u32>, signals: &Signals) -> Monitor {
    let (signals, same) = (signals.clone(), signals.clone());
    Monitor::new()
        .register(move |restarts| {
            WorkerBuilder::new("one")
                .backend(first.clone())
                .concurrency(2)
                .data(signals.clone())
                .on_event(move |_, event| {
                    let fails = restarts == 0 && matches!(event, Event::Success(_));
                    assert!(!fails, "this worker fails once");
                })
                .build(play)
        })
        .register(move |_| {
            WorkerBuilder::new("two")
                .backend(other.clone())
                .data(same.clone())
                .build(play)
        })
        .should_restart(|worker, _| worker.restarts() < 3)
}
