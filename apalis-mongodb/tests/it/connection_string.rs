//! What the connection string says of reading and writing is for the application's own data.

use std::time::{Duration, Instant};

use apalis_mongodb::{JobState, MongoStorage, NewJob, setup};
use dossier_devstack::testing::Logs;
use mongodb::Client;

use crate::harness::{Bench, eventually};
use crate::worker;

/// Without a change stream a job waits for this long.
const POLL: Duration = Duration::from_secs(60);

async fn storage(bench: &Bench, option: &str) -> MongoStorage<u32> {
    let client = Client::with_uri_str(format!("{}&{option}", bench.uri())).await;
    let db = client.unwrap().database(bench.db().name());
    MongoStorage::new(&db, bench.config.clone())
}

#[tokio::test]
async fn read_and_write_concerns_and_read_preferences_of_the_connection_string_change_nothing() {
    for option in [
        "readConcernLevel=majority",
        "readConcernLevel=linearizable",
        "readPreference=secondary",
        "readPreference=secondaryPreferred",
        "w=0",
        "w=1",
    ] {
        let bench = Bench::new().await;
        let uri = format!("{}&{option}", bench.uri());
        let client = Client::with_uri_str(&uri).await.unwrap();
        let db = client.database(bench.db().name());
        setup(&db, &bench.config).await.unwrap();
        let storage = MongoStorage::<u32>::new(&db, bench.config.clone());
        let id = storage.enqueue(1).await.unwrap();
        let many = storage.enqueue_many([2, 3].map(NewJob::new)).await.unwrap();
        let running = worker!(storage, 2, async |_: u32| {});
        for id in many.iter().chain([&id]) {
            let job = bench.reaches(id, JobState::Done).await;
            assert_eq!(job.attempts, 1, "{option}");
        }
        running.stop().await;
    }
}

#[tokio::test]
async fn workers_are_woken_whatever_the_connection_string_says_of_reading() {
    for option in [
        "readConcernLevel=local",
        "readConcernLevel=available",
        "readConcernLevel=linearizable",
        "readConcernLevel=snapshot",
        "readPreference=secondary",
    ] {
        let bench = Bench::with(|config| config.poll_interval(POLL)).await;
        let running = worker!(storage(&bench, option).await, 2, async |_: u32| {});
        let sender = bench.storage::<u32>();
        // The first may be found by the worker's first claim, the second only by its stream.
        for number in 0..2 {
            let id = sender.enqueue(number).await.unwrap();
            let since = Instant::now();
            bench.reaches(&id, JobState::Done).await;
            assert!(
                since.elapsed() < POLL / 2,
                "{option}: {:?}",
                since.elapsed()
            );
        }
        running.stop().await;
    }
}

#[tokio::test]
async fn a_client_of_one_connection_polls_and_says_so_once() {
    let logs = Logs::collect();
    let bench = Bench::with(|config| config.lease_duration(Duration::from_secs(30))).await;
    let storage = storage(&bench, "maxPoolSize=1").await;
    let running = worker!(storage.clone(), 2, async |_: u32| {});
    eventually("the change stream is given up", async || {
        match logs.count("the client's only connection") {
            0 => Err(format!("{:?}", logs.lines("WARN"))),
            _ => Ok(()),
        }
    })
    .await;
    let since = Instant::now();
    for number in 0..3 {
        let id = storage.enqueue(number).await.unwrap();
        bench.reaches(&id, JobState::Done).await;
    }
    assert!(since.elapsed() < POLL / 2, "{:?}", since.elapsed());
    running.stop().await;
    assert_eq!(logs.count("the client's only connection"), 1);
}
