//! A handler that blocks the only thread of its runtime keeps its job.

use std::time::Duration;

use apalis_core::worker::builder::WorkerBuilder;
use apalis_core::worker::context::WorkerContext;
use apalis_mongodb::{Config, JobState, MongoStorage};
use mongodb::options::ClientOptions;
use mongodb::{Client, Database};

use crate::harness::{Apart, Bench, Notes, connections, eventually};
use crate::worker;

const LEASE: Duration = Duration::from_secs(2);

/// Runs a worker on a thread with a runtime of that thread alone, until its handler has run once.
fn on_one_thread<S>(make: S, notes: Notes) -> std::thread::JoinHandle<()>
where
    S: AsyncFnOnce() -> MongoStorage<u32> + Send + 'static,
{
    std::thread::spawn(move || {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_all().build().unwrap();
        runtime.block_on(async move {
            let storage = make().await;
            let context = WorkerContext::new("blocking");
            let stop = context.clone();
            let worker = WorkerBuilder::new(&context)
                .backend(storage)
                .build(move |_: u32| {
                    notes.add("blocks");
                    std::thread::sleep(LEASE * 3);
                    notes.add("ends");
                    stop.stop().unwrap();
                    std::future::ready(())
                });
            worker.run().await.unwrap();
        });
    })
}

async fn keeps_its_job<S>(bench: Bench, make: S)
where
    S: AsyncFnOnce() -> MongoStorage<u32> + Send + 'static,
{
    let notes = Notes::default();
    let id = bench.storage::<u32>().enqueue(1).await.unwrap();
    let blocking = on_one_thread(make, notes.clone());
    notes.reach(1).await;
    // Heartbeats of its own, as those of another process.
    let apart = Apart::new();
    let seen = notes.clone();
    let other = apart.enter(|| {
        worker!(bench.storage::<u32>(), 1, move |_: u32| {
            seen.add("taken over");
            std::future::ready(())
        })
    });
    let job = bench.reaches(&id, JobState::Done).await;
    assert_eq!((job.attempts, job.crashes), (1, 0), "{job:?}");
    assert_eq!(notes.all(), ["blocks", "ends"]);
    other.stop().await;
    tokio::task::spawn_blocking(|| blocking.join())
        .await
        .unwrap()
        .unwrap();
}

async fn bench() -> Bench {
    Bench::with(|config| config.lease_duration(LEASE)).await
}

#[tokio::test]
async fn a_storage_that_was_connected_keeps_the_job_of_a_handler_that_blocks_its_runtime() {
    let bench = bench().await;
    let (uri, config) = (bench.uri().to_owned(), bench.config.clone());
    let make = async move || MongoStorage::connect(uri, config).await.unwrap();
    keeps_its_job(bench, make).await;
}

async fn database(uri: &str) -> (ClientOptions, Database) {
    let options = ClientOptions::parse(uri).await.unwrap();
    let client = Client::with_options(options.clone()).unwrap();
    (options, client.default_database().unwrap())
}

#[tokio::test]
async fn so_does_one_whose_heartbeats_were_given_a_client() {
    let bench = bench().await;
    let (uri, config) = (bench.uri().to_owned(), bench.config.clone());
    let make = async move || {
        let (options, db) = database(&uri).await;
        MongoStorage::new(&db, config.heartbeat_client(options))
    };
    keeps_its_job(bench, make).await;
}

#[tokio::test]
async fn so_does_one_that_knows_the_address_of_its_database() {
    let bench = bench().await;
    let (uri, config) = (bench.uri().to_owned(), bench.config.clone());
    let make = async move || {
        let (_, db) = database(&uri).await;
        MongoStorage::new(&db, config.database_uri(uri))
    };
    keeps_its_job(bench, make).await;
}

#[tokio::test]
async fn the_workers_of_a_process_share_one_thread_for_heartbeats_that_ends_with_the_last() {
    let bench = bench().await;
    let (mut options, _) = database(bench.uri()).await;
    let name = format!("heartbeats of {}", bench.db().name());
    options.app_name = Some(name.clone());
    let start = |queue: &str| {
        let config = Config::new(queue).lease_duration(LEASE);
        let config = config.heartbeat_client(options.clone());
        worker!(
            MongoStorage::<u32>::new(bench.db(), config),
            1,
            async |_: u32| {}
        )
    };
    let workers = ["first", "second", "third"].map(start);
    eventually("all workers have sent a heartbeat", async || {
        let operator = bench.operator();
        let workers = operator.list_workers(None);
        match workers.await.unwrap().len() {
            3 => Ok(()),
            other => Err(other),
        }
    })
    .await;
    // Two that watch the server, and two for heartbeats at most.
    let open = connections(bench.db(), &name).await;
    assert!((1..=4).contains(&open), "{open} connections");
    for worker in workers {
        worker.stop().await;
    }
    eventually("its connections are closed", async || {
        match connections(bench.db(), &name).await {
            0 => Ok(()),
            open => Err(format!("{open} are open")),
        }
    })
    .await;
}
