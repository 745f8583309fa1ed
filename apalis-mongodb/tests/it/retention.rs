//! Finished jobs are kept as long as their queue says, and no longer.

use std::time::Duration;

use apalis_core::backend::Vacuum;
use apalis_core::error::BoxDynError;
use apalis_mongodb::{JobState, MongoStorage, NewJob, Retention, RetryStrategy};
use mongodb::bson::{Bson, DateTime, Document, Timestamp, doc, serialize_to_vec};

use crate::foreign_documents::sound;
use crate::harness::{Bench, eventually};
use crate::worker;

#[tokio::test]
async fn done_jobs_are_removed_in_time_and_dead_ones_stay() {
    let bench = Bench::with(|config| {
        config.retry(RetryStrategy::None).retention(Retention {
            done: Some(Duration::from_secs(1)),
            dead: None,
            cancelled: None,
        })
    })
    .await;
    let storage = bench.storage::<bool>();
    let jobs = [true, false, true].map(NewJob::new);
    let ids = storage.enqueue_many(jobs).await.unwrap();
    let running = worker!(storage, 1, async |succeeds: bool| {
        if succeeds {
            Ok(())
        } else {
            Err(BoxDynError::from("no luck"))
        }
    });
    bench.counts(JobState::Done, 0).await;
    bench.counts(JobState::Dead, 1).await;
    let job = bench.reaches(&ids[1], JobState::Dead).await;
    assert_eq!(job.last_error.as_deref(), Some("no luck"));
    let jobs = bench
        .db()
        .collection::<Document>(&bench.config.collections().jobs);
    eventually("one job is left", async || {
        match jobs.count_documents(doc! {}).await.unwrap() {
            1 => Ok(()),
            left => Err(left.to_string()),
        }
    })
    .await;
    running.stop().await;
}

#[tokio::test]
async fn a_waiting_document_whose_time_sorts_behind_all_times_is_dead_within_a_minute() {
    let bench = Bench::with(|config| {
        config.retention(Retention {
            done: Some(Duration::from_secs(1)),
            ..Retention::default()
        })
    })
    .await;
    let jobs = bench
        .db()
        .collection::<Document>(&bench.config.collections().jobs);
    let times = [
        Bson::Timestamp(Timestamp {
            time: 1,
            increment: 1,
        }),
        Bson::JavaScriptCode("f()".to_owned()),
        Bson::MaxKey,
    ];
    for (number, time) in times.into_iter().enumerate() {
        let mut document = sound(&number.to_string(), "Pending");
        document.insert("run_at", time);
        jobs.insert_one(document).await.unwrap();
    }
    let mut last = sound("a job of the last day", "Pending");
    last.insert("run_at", DateTime::MAX);
    jobs.insert_one(last).await.unwrap();
    let running = worker!(bench.storage::<u32>(), 1, async |_: u32| {});
    bench.counts(JobState::Dead, 3).await;
    bench.counts(JobState::Scheduled, 1).await;
    let dead = jobs.find_one(doc! { "_id": "0" }).await.unwrap().unwrap();
    let reason = dead.get_str("last_error").unwrap();
    assert_eq!(reason, "run_at: timestamp instead of a date");
    running.stop().await;
}

#[tokio::test]
async fn a_dead_document_without_room_for_a_reason_is_removed_in_time_as_others_are() {
    const MAX_BYTES: usize = 16 * 1024 * 1024;
    let bench = Bench::with(|config| {
        config.retention(Retention {
            dead: Some(Duration::from_secs(1)),
            ..Retention::default()
        })
    })
    .await;
    let jobs = bench
        .db()
        .collection::<Document>(&bench.config.collections().jobs);
    // It is no job, for most of a job's fields are missing.
    let mut full = doc! {
        "_id": "full", "queue": "test", "status": "Pending",
        "priority": 0, "run_at": DateTime::from_millis(0), "args": "",
    };
    let others = serialize_to_vec(&full).unwrap().len();
    full.insert("args", "x".repeat(MAX_BYTES - others));
    jobs.insert_one(full).await.unwrap();
    let running = worker!(bench.storage::<u32>(), 1, async |_: u32| {});
    eventually("the document is removed", async || {
        let left = jobs.find_one(doc! {}).projection(doc! { "args": 0 });
        match left.await.unwrap() {
            None => Ok(()),
            Some(left) => Err(format!("{left:?}")),
        }
    })
    .await;
    running.stop().await;
}

#[tokio::test]
async fn more_finished_jobs_than_are_removed_at_once_are_removed_all_the_same() {
    let bench = Bench::new().await;
    let storage = bench.storage::<u32>();
    let jobs = (0..2500).map(NewJob::new);
    storage.enqueue_many(jobs).await.unwrap();
    let running = worker!(storage, 4, async |_: u32| {});
    bench.counts(JobState::Done, 2500).await;
    running.stop().await;
    let mut storage: MongoStorage<u32> = bench.storage();
    let hour = Duration::from_secs(3600);
    assert_eq!(storage.vacuum_before(hour).await.unwrap(), 0);
    assert_eq!(storage.vacuum_before(Duration::MAX).await.unwrap(), 0);
    assert_eq!(storage.vacuum().await.unwrap(), 2500);
    bench.counts(JobState::Done, 0).await;
}
