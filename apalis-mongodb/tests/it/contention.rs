//! Workers of one queue that are after the same jobs run each once, and leave none behind.

use std::collections::HashSet;
use std::time::Duration;

use apalis_mongodb::{JobState, NewJob};
use mongodb::bson::DateTime;

use crate::harness::{Bench, Notes, Running};
use crate::worker;

const WORKERS: usize = 4;
const JOBS: usize = 4000;

/// A queue full of jobs that were due a second ago.
async fn full_queue() -> Bench {
    let bench = Bench::with(|config| config.max_in_flight(100).batch_size(50)).await;
    let storage = bench.storage::<String>();
    let jobs = (0..JOBS).map(|n| due_since(n.to_string(), 1));
    storage.enqueue_many(jobs).await.unwrap();
    bench
}

fn due_since(name: String, seconds: i64) -> NewJob<String> {
    let run_at = DateTime::from_millis(DateTime::now().timestamp_millis() - seconds * 1000);
    NewJob::new(name).run_at(run_at)
}

fn workers(bench: &Bench, notes: &Notes, takes: Duration) -> Vec<Running> {
    let start = |_| {
        let notes = notes.clone();
        worker!(bench.storage::<String>(), 4, move |name: String| {
            let notes = notes.clone();
            async move {
                notes.add(name);
                tokio::time::sleep(takes).await;
            }
        })
    };
    (0..WORKERS).map(start).collect()
}

async fn stop(workers: Vec<Running>) {
    for worker in workers {
        worker.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_job_of_a_full_queue_runs_once() {
    let bench = full_queue().await;
    let notes = Notes::default();
    let running = workers(&bench, &notes, Duration::ZERO);
    bench.counts(JobState::Done, JOBS as u64).await;
    stop(running).await;
    let ran = notes.all();
    assert_eq!(ran.len(), JOBS);
    assert_eq!(ran.into_iter().collect::<HashSet<_>>().len(), JOBS);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_in_front_of_the_others_is_not_left_until_the_end() {
    let bench = full_queue().await;
    let notes = Notes::default();
    let running = workers(&bench, &notes, Duration::from_millis(5));
    notes.reach(JOBS / 10).await;
    let storage = bench.storage::<String>();
    let important = NewJob::new("important".to_owned()).priority(5);
    storage.enqueue(important).await.unwrap();
    let late = due_since("late".to_owned(), 60);
    storage.enqueue(late).await.unwrap();
    let before = notes.all().len();
    bench.counts(JobState::Done, JOBS as u64 + 2).await;
    stop(running).await;
    let ran = notes.all();
    for name in ["important", "late"] {
        let place = ran.iter().position(|ran| ran == name).unwrap();
        assert!(
            place < before + JOBS / 2,
            "{name} came {place} of {} jobs, after {before}",
            ran.len()
        );
    }
}
