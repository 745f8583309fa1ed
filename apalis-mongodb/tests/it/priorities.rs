//! In which order jobs run: by priority, or by priority and age together.

use std::time::Duration;

use apalis_mongodb::{Config, JobState, NewJob};
use mongodb::bson::{DateTime, Document, doc};

use crate::harness::{Bench, Notes};
use crate::worker;

fn due_since(name: &str, seconds: i64, priority: i32) -> NewJob<String> {
    let run_at = DateTime::from_millis(DateTime::now().timestamp_millis() - seconds * 1000);
    NewJob::new(name.to_owned())
        .run_at(run_at)
        .priority(priority)
}

/// The order in which a worker with one handler and no buffer runs what waits.
async fn order(adjust: impl FnOnce(Config) -> Config) -> Vec<String> {
    let bench = Bench::with(|config| adjust(config.max_in_flight(1).batch_size(1))).await;
    let jobs = [
        due_since("low, a minute", 60, 0),
        due_since("low, for seconds", 20, 0),
        due_since("high, first", 2, 5),
        due_since("high, second", 1, 5),
    ];
    let count = jobs.len();
    let storage = bench.storage::<String>();
    storage.enqueue_many(jobs).await.unwrap();
    let notes = Notes::default();
    let seen = notes.clone();
    let running = worker!(storage, 1, move |name: String| {
        let notes = seen.clone();
        async move { notes.add(name) }
    });
    let order = notes.reach(count).await;
    running.stop().await;
    order
}

#[tokio::test]
async fn a_higher_priority_goes_first_however_long_others_wait() {
    let expected = [
        "high, first",
        "high, second",
        "low, a minute",
        "low, for seconds",
    ];
    assert_eq!(order(|config| config).await, expected);
}

#[tokio::test]
async fn with_ageing_a_job_that_waited_long_enough_goes_before_higher_priorities() {
    let expected = [
        "low, a minute",
        "high, first",
        "high, second",
        "low, for seconds",
    ];
    let ageing = |config: Config| config.ageing(Duration::from_secs(10));
    assert_eq!(order(ageing).await, expected);
}

#[tokio::test]
async fn a_job_of_a_higher_priority_overtakes_a_backlog_while_it_is_worked_on() {
    let bench = Bench::with(|config| config.max_in_flight(20).batch_size(10)).await;
    let storage = bench.storage::<u32>();
    let backlog = (0..600).map(NewJob::new);
    storage.enqueue_many(backlog).await.unwrap();
    let notes = Notes::default();
    let seen = notes.clone();
    let running = worker!(storage.clone(), 2, move |number: u32| {
        let notes = seen.clone();
        async move {
            tokio::time::sleep(Duration::from_millis(5)).await;
            notes.add(number.to_string());
        }
    });
    notes.reach(100).await;
    let urgent = NewJob::new(9999).priority(1);
    storage.enqueue(urgent).await.unwrap();
    let before = notes.all().len();
    let order = notes.reach(601).await;
    let place = order.iter().position(|note| note == "9999").unwrap();
    // After what was in hand, and a look at the head every tenth of a second.
    assert!(
        place < before + 300,
        "it was the {place}th, enqueued after {before}"
    );
    running.stop().await;
}

#[tokio::test]
async fn with_ageing_a_priority_that_another_producer_stored_as_long_is_one_too() {
    let bench = Bench::with(|config| config.ageing(Duration::from_secs(10))).await;
    let id = bench.storage::<u32>().enqueue(1).await.unwrap();
    let jobs = bench
        .db()
        .collection::<Document>(&bench.config.collections().jobs);
    let long = doc! { "$set": { "priority": 0_i64 } };
    jobs.update_one(doc! { "_id": id.to_string() }, long)
        .await
        .unwrap();
    let running = worker!(bench.storage::<u32>(), 1, async |_: u32| {});
    bench.reaches(&id, JobState::Done).await;
    running.stop().await;
}
