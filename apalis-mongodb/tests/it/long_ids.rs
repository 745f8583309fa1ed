//! Ids have a bound, and documents whose ids are longer hold up no job.

use apalis_core::backend::TaskSink;
use apalis_core::task::Task;
use apalis_core::task::builder::TaskBuilder;
use apalis_core::task::task_id::TaskId;
use apalis_mongodb::{Error, JobFilter, JobState, NewJob};
use dossier_devstack::testing::Logs;
use mongodb::bson::Document;

use crate::foreign_documents::sound;
use crate::harness::Bench;
use crate::worker;

const LONGEST: usize = 1024;
/// Five of these do not fit into one command.
const FOUR_MB: usize = 4 * 1024 * 1024;

#[tokio::test]
async fn an_id_of_1024_bytes_is_taken_and_a_longer_one_refused() {
    let bench = Bench::new().await;
    let mut storage = bench.storage::<u32>();
    let longest = "x".repeat(LONGEST);
    storage.enqueue(NewJob::new(1).id(&longest)).await.unwrap();
    let too_long = || NewJob::new(1).id("x".repeat(LONGEST + 1));
    let mut session = bench.db().client().start_session().await.unwrap();
    session.start_transaction().await.unwrap();
    let refusals = [
        storage.enqueue(too_long()).await.map(drop),
        storage.enqueue_many([too_long()]).await.map(drop),
        storage
            .with_session(&mut session)
            .push(too_long())
            .await
            .map(drop),
    ];
    for refused in refusals {
        let error = refused.unwrap_err();
        assert!(
            matches!(error, Error::IdTooLong { bytes: 1025, .. }),
            "{error:?}"
        );
        assert!(error.to_string().contains("payload"), "{error}");
    }
    let id = TaskId::from_string("x".repeat(LONGEST + 1));
    let task: Task<u32> = TaskBuilder::new(1).task_id(id).build();
    assert!(storage.push_task(task).await.is_err());
    let running = worker!(storage, 2, async |_: u32| {});
    bench.reaches(&longest, JobState::Done).await;
    running.stop().await;
}

#[tokio::test]
async fn documents_with_longer_ids_are_malformed_and_hold_up_no_job() {
    let logs = Logs::collect();
    let bench = Bench::new().await;
    let jobs = &bench.config.collections().jobs;
    let jobs = bench.db().collection::<Document>(jobs);
    for number in 0..5 {
        let id = format!("{number}{}", "x".repeat(FOUR_MB));
        jobs.insert_one(sound(&id, "Pending")).await.unwrap();
    }
    jobs.insert_one(sound("z", "Pending")).await.unwrap();
    let malformed = JobFilter::queue("test").state(JobState::Malformed);
    let listed = bench
        .operator()
        .list_jobs(&malformed, None, 10)
        .await
        .unwrap();
    assert_eq!(listed.items.len(), 5);
    for job in listed.items {
        let fault = job.malformed.unwrap();
        assert!(fault.contains("1024 bytes at most"), "{fault}");
    }
    let running = worker!(bench.storage::<u32>(), 16, async |_: u32| {});
    bench.reaches(&"z", JobState::Done).await;
    bench.counts(JobState::Dead, 5).await;
    running.stop().await;
    assert_eq!(logs.count("claim failed"), 0);
    assert!(
        logs.lines("is not a job")
            .iter()
            .all(|line| line.len() < 2000)
    );
}
