//! Who pushes one job is told what came of that job.

use std::pin::Pin;

use apalis_core::backend::TaskSink;
use apalis_core::task::builder::TaskBuilder;
use apalis_core::task::task_id::TaskId;
use apalis_mongodb::{JobState, NewJob};

use crate::harness::Bench;

#[tokio::test]
async fn a_push_is_told_of_its_own_failure_alone() {
    let bench = Bench::new().await;
    let mut storage = bench.storage::<u32>();
    storage.enqueue(NewJob::new(0).id("taken")).await.unwrap();
    let refused = || {
        TaskBuilder::new(1)
            .task_id(TaskId::from_string("taken"))
            .build()
    };
    // Sent, and left to be written with the next flush.
    TaskSink::start_send(Pin::new(&mut storage), refused()).unwrap();
    TaskSink::push(&mut storage, 2).await.unwrap();
    bench.counts(JobState::Ready, 2).await;
    assert!(TaskSink::push_task(&mut storage, refused()).await.is_err());
    TaskSink::push(&mut storage, 3).await.unwrap();
    bench.counts(JobState::Ready, 3).await;
}
