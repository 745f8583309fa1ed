//! The server dies and comes back; the worker lives on and takes nothing from itself.

use std::time::{Duration, Instant};

use apalis_mongodb::{Config, JobFilter, JobState, MongoStorage, NewJob, Operator, setup};
use futures_util::future::join_all;
use mongodb::{Client, Database};

use crate::harness::{Notes, eventually};
use crate::servers::TestServers;
use crate::worker;

const JOBS: usize = 120;

async fn done(db: &Database, config: &Config) -> Result<u64, String> {
    let counts = Operator::new(db, config)
        .count_by_state(Some("test"))
        .await
        .map_err(|error| error.to_string())?;
    Ok(counts["test"].of(JobState::Done))
}

#[tokio::test]
async fn a_server_that_is_away_for_longer_than_a_lease_costs_no_job_and_no_worker() {
    let lease = Duration::from_secs(2);
    let mut servers = TestServers::new("outage");
    let options = servers.options();
    let server = servers.start(&options).await;
    let client = Client::with_uri_str(server.uri("outage")).await.unwrap();
    let db = client.database("outage");
    let config = Config::new("test").lease_duration(lease);
    setup(&db, &config).await.unwrap();
    let storage = MongoStorage::<u32>::new(&db, config.clone());
    storage
        .enqueue_many((0..JOBS).map(|_| NewJob::new(1)))
        .await
        .unwrap();
    let notes = Notes::default();
    let seen = notes.clone();
    let running = worker!(storage, 4, move |_: u32| {
        let notes = seen.clone();
        async move {
            tokio::time::sleep(Duration::from_millis(100)).await;
            notes.add("ran");
        }
    });
    notes.reach(JOBS / 4).await;
    server.process().kill().await;
    // The outage itself.
    tokio::time::sleep(lease * 2 + lease / 2).await;
    servers.start(&options).await;
    eventually("all jobs are done", async || {
        match done(&db, &config).await {
            Ok(count) if count == JOBS as u64 => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
    assert!(!running.has_ended());
    running.stop().await;
    let page = Operator::new(&db, &config)
        .list_jobs(&JobFilter::default(), None, 1000)
        .await
        .unwrap();
    let crashed: Vec<_> = page.items.iter().filter(|job| job.crashes > 0).collect();
    assert!(
        crashed.is_empty(),
        "a live job was taken from its worker: {crashed:?}"
    );
}

#[tokio::test]
async fn callers_wait_for_an_absent_server_beside_each_other() {
    const CALLERS: u32 = 60;
    let uri = "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=1000&connectTimeoutMS=500";
    let client = Client::with_uri_str(uri).await.unwrap();
    let storage = MongoStorage::<u32>::new(&client.database("none"), Config::new("test"));
    let since = Instant::now();
    let calls = (0..CALLERS).map(|number| storage.enqueue(number));
    for refused in join_all(calls).await {
        refused.unwrap_err();
    }
    // One after the other they would take a minute.
    assert!(
        since.elapsed() < Duration::from_secs(20),
        "{:?}",
        since.elapsed()
    );
}
