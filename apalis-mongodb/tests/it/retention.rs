//! Finished jobs are kept as long as their queue says, and no longer.

use std::time::Duration;

use apalis_core::backend::Vacuum;
use apalis_core::error::BoxDynError;
use apalis_mongodb::{JobState, MongoStorage, NewJob, Retention, RetryStrategy};

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
        .collection::<mongodb::bson::Document>(&bench.config.collections().jobs);
    eventually("one job is left", async || {
        match jobs.count_documents(mongodb::bson::doc! {}).await.unwrap() {
            1 => Ok(()),
            left => Err(left.to_string()),
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
