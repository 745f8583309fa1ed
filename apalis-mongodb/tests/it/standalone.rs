//! A server without a replica set: jobs run by polling, and what cannot be is said clearly.

use std::time::Duration;

use apalis_core::error::BoxDynError;
use apalis_core::task::data::Data;
use apalis_mongodb::{Config, Error, JobHandle, MongoStorage, NewJob, QueueLimits, Rate, setup};
use mongodb::{Client, Database};

use crate::harness::Notes;
use crate::servers::TestServers;
use crate::worker;
use dossier_devstack::testing::Logs;

/// A queue on a standalone server.
struct Bench {
    db: Database,
    config: Config,
    _servers: TestServers,
}

impl Bench {
    async fn new() -> Self {
        let mut servers = TestServers::new("standalone");
        let server = servers.start_standalone().await;
        let client = Client::with_uri_str(server.uri("")).await.unwrap();
        let (db, config) = (client.database("standalone"), Config::new("test"));
        setup(&db, &config).await.unwrap();
        Self {
            db,
            config,
            _servers: servers,
        }
    }

    fn storage(&self) -> MongoStorage<u32> {
        MongoStorage::new(&self.db, self.config.clone())
    }
}

#[tokio::test]
async fn a_standalone_server_is_polled_and_that_is_said_once() {
    let logs = Logs::collect();
    let bench = Bench::new().await;
    let notes = Notes::default();
    let handler = |notes: Notes| {
        move |number: u32| {
            let notes = notes.clone();
            async move { notes.add(number.to_string()) }
        }
    };
    let first = worker!(bench.storage(), 1, handler(notes.clone()));
    let second = worker!(bench.storage(), 1, handler(notes.clone()));
    bench.storage().enqueue(1).await.unwrap();
    notes.reach(1).await;
    // Now both are idle.
    bench.storage().enqueue(2).await.unwrap();
    assert_eq!(notes.reach(2).await, ["1", "2"]);
    first.stop().await;
    second.stop().await;
    assert_eq!(logs.count("standalone"), 1);
    assert_eq!(logs.count("WARN"), 1);
}

#[tokio::test]
async fn a_transaction_on_a_standalone_server_is_refused_by_name() {
    let bench = Bench::new().await;
    let storage = bench.storage();
    let plain = NewJob::new(1);
    for job in [plain.clone(), plain.idempotency_key("key")] {
        let mut session = bench.db.client().start_session().await.unwrap();
        session.start_transaction().await.unwrap();
        let pushed = storage.with_session(&mut session).push(job).await;
        assert!(matches!(pushed, Err(Error::NotReplicaSet)), "{pushed:?}");
    }
    let notes = Notes::default();
    let running = worker!(storage.clone(), 1, complete_in_a_transaction, |builder| {
        builder.data(bench.db.clone()).data(notes.clone())
    });
    storage.enqueue(1).await.unwrap();
    assert_eq!(notes.reach(1).await, [Error::NotReplicaSet.to_string()]);
    running.stop().await;
}

async fn complete_in_a_transaction(
    _: u32,
    job: JobHandle,
    db: Data<Database>,
    notes: Data<Notes>,
) -> Result<(), BoxDynError> {
    let mut session = db.client().start_session().await?;
    session.start_transaction().await?;
    if let Err(error) = job.complete_in(&mut session).await {
        notes.add(error.to_string());
    }
    Ok(())
}

#[tokio::test]
async fn a_limit_that_takes_transactions_is_refused_on_a_standalone_server() {
    let bench = Bench::new().await;
    let operator = bench.storage().operator();
    let set = async |limits| operator.set_queue_limits("test", limits).await;
    let at_once = QueueLimits {
        max_running: Some(3),
        ..QueueLimits::default()
    };
    let refused = set(at_once).await;
    assert!(matches!(refused, Err(Error::NotReplicaSet)), "{refused:?}");
    let a_second = QueueLimits {
        rate: Some(Rate {
            starts: 100,
            per: Duration::from_secs(1),
        }),
        ..QueueLimits::default()
    };
    set(a_second).await.unwrap();
}
