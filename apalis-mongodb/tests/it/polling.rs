//! Polling finds what is due, whatever else is there.

use std::time::Duration;

use apalis_mongodb::{Config, JobState, MongoStorage, NewJob, Wake};
use mongodb::bson::{DateTime, Document};

use crate::foreign_documents::sound;
use crate::harness::Bench;
use crate::worker;

const POLL: Duration = Duration::from_millis(200);

#[tokio::test]
async fn due_jobs_are_found_beside_a_document_without_a_time() {
    let bench = Bench::with(|config| config.wake(Wake::Poll).poll_interval(POLL)).await;
    let storage = bench.storage::<u32>();
    let running = worker!(storage.clone(), 1, async |_: u32| {});
    let later = NewJob::new(1).priority(5).run_in(Duration::from_secs(3600));
    storage.enqueue(later).await.unwrap();
    // The worker has nothing to do after this.
    let first = storage.enqueue(0).await.unwrap();
    bench.reaches(&first, JobState::Done).await;
    let mut stranger = sound("stranger", "Pending");
    stranger.remove("run_at");
    let mut due = sound("due", "Pending");
    due.insert("run_at", DateTime::now());
    let jobs = &bench.config.collections().jobs;
    let jobs = bench.db().collection::<Document>(jobs);
    jobs.insert_many([stranger, due]).await.unwrap();
    bench.reaches(&"due", JobState::Done).await;
    bench.reaches(&"stranger", JobState::Malformed).await;
    running.stop().await;
}

#[tokio::test]
async fn a_process_with_hundreds_of_queues_polls_all_of_them() {
    const QUEUES: usize = 220;
    let bench = Bench::with(|config| config.wake(Wake::Poll).poll_interval(POLL)).await;
    let storage = |number: usize| {
        let config = Config::new(format!("q{number}"))
            .wake(Wake::Poll)
            .poll_interval(POLL);
        MongoStorage::<u32>::new(bench.db(), config)
    };
    let start = |number| worker!(storage(number), 1, async |_: u32| {});
    let workers: Vec<_> = (0..QUEUES).map(start).collect();
    let soon = || NewJob::new(1).run_in(Duration::from_secs(2));
    let mut ids = Vec::new();
    for number in 0..QUEUES {
        ids.push(storage(number).enqueue(soon()).await.unwrap());
    }
    for id in &ids {
        bench.reaches(id, JobState::Done).await;
    }
    for worker in workers {
        worker.stop().await;
    }
}
