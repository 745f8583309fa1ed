//! A parked queue starts a job now and then, until it is parked no more.

use std::time::Duration;

use apalis_mongodb::operator::QueueRecord;
use apalis_mongodb::{JobState, NewJob, QueueLimits, Rate};
use mongodb::bson::DateTime;

use crate::harness::{Bench, Notes};
use crate::worker;

async fn queue(bench: &Bench) -> QueueRecord {
    let queues = bench.operator().list_queues().await.unwrap();
    queues.into_iter().find(|it| it.name == "test").unwrap()
}

#[tokio::test]
async fn a_parked_queue_starts_one_job_in_a_period_and_all_when_it_is_parked_no_more() {
    let bench = Bench::new().await;
    let operator = bench.operator();
    let limits = QueueLimits {
        rate: Some(Rate {
            starts: 1000,
            per: Duration::from_secs(1),
        }),
        ..QueueLimits::default()
    };
    operator.set_queue_limits("test", limits).await.unwrap();
    let day = Duration::from_secs(24 * 3600);
    operator
        .park_queue("test", day, "$the server is down")
        .await
        .unwrap();
    let first = queue(&bench).await.parked.unwrap();
    assert_eq!(first.reason, "$the server is down");
    let often = Duration::from_millis(300);
    operator
        .park_queue("test", often, "it is still")
        .await
        .unwrap();
    let parked = queue(&bench).await;
    assert_eq!(parked.limits, limits, "they wait");
    assert_eq!(parked.malformed, None);
    let parked = parked.parked.unwrap();
    assert_eq!((parked.since, parked.probe_every), (first.since, often));
    assert_eq!(parked.reason, "it is still");

    let due_since =
        |minutes: i64| DateTime::from_millis(DateTime::now().timestamp_millis() - minutes * 60_000);
    let storage = bench.storage::<u32>();
    let jobs = (0..20).map(|number| NewJob::new(number).run_at(due_since(2)));
    storage.enqueue_many(jobs).await.unwrap();
    let newest = NewJob::new(20).run_at(due_since(1));
    storage.enqueue(newest).await.unwrap();
    let notes = Notes::default();
    let handler = {
        let notes = notes.clone();
        move |number: u32| {
            let notes = notes.clone();
            async move { notes.add(number.to_string()) }
        }
    };
    let running = worker!(storage, 8, handler);
    notes.reach(2).await;
    let ran = notes.all();
    assert!(ran.len() < 10, "{ran:?}");
    assert_eq!(ran[0], "20", "the newest one goes first: {ran:?}");
    operator.unpark_queue("test").await.unwrap();
    bench.counts(JobState::Done, 21).await;
    running.stop().await;
    let queue = queue(&bench).await;
    assert_eq!((queue.parked, queue.malformed), (None, None));
    assert_eq!(queue.limits, limits);
}
