//! The guard of a limit on running jobs: one worker at a time counts and claims.

use std::time::Duration;

use apalis_mongodb::{Config, JobState, MongoStorage, Operator, QueueLimits, setup};
use dossier_devstack::mongod::MongodOptions;
use dossier_devstack::testing::Logs;
use mongodb::Client;
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Document, doc};

use crate::harness::{Bench, Notes, eventually};
use crate::servers::TestServers;
use crate::worker;

fn one_at_a_time() -> QueueLimits {
    QueueLimits {
        max_running: Some(1),
        ..QueueLimits::default()
    }
}

#[tokio::test]
async fn a_worker_that_died_within_a_limited_claim_stops_its_queue_no_longer_than_its_lease() {
    let bench = Bench::new().await;
    let operator = bench.operator();
    let limits = one_at_a_time();
    operator.set_queue_limits("test", limits).await.unwrap();
    let queues = bench.db().collection::<Document>("apalis_queues");
    let lease = i64::try_from(bench.config.lease().as_millis()).unwrap();
    // What it leaves behind.
    let guard = doc! {
        "token": ObjectId::new(), "from": "$$NOW", "until": { "$add": ["$$NOW", lease] },
    };
    let queue = || doc! { "_id": "test" };
    let left = vec![doc! { "$set": { "guard": guard } }];
    queues.update_one(queue(), left).await.unwrap();
    let left = queues.find_one(queue()).await.unwrap().unwrap();
    let until = *left
        .get_document("guard")
        .unwrap()
        .get_datetime("until")
        .unwrap();
    let storage = bench.storage::<u32>();
    let id = storage.enqueue(1).await.unwrap();
    let running = worker!(storage, 4, async |_: u32| {});
    let job = bench.reaches(&id, JobState::Done).await;
    let started = job.started_at.unwrap().timestamp_millis();
    let late = started - until.timestamp_millis();
    // `started_at` is a reading of the server's clock, which is early by up to half a round trip.
    assert!(
        (-1_000..30_000).contains(&late),
        "{late} ms after the guard's end"
    );
    running.stop().await;
    let left = queues.find_one(queue()).await.unwrap().unwrap();
    assert!(!left.contains_key("guard"), "{left}");
}

#[tokio::test]
async fn a_worker_whose_guard_has_ended_gives_back_what_it_claimed_before_a_handler_has_it() {
    let logs = Logs::collect();
    let mut servers = TestServers::new("limited-claims");
    let options = MongodOptions {
        test_commands: true,
        ..servers.options()
    };
    let server = servers.start(&options).await;
    let client = Client::with_uri_str(server.uri("limited")).await.unwrap();
    let db = client.database("limited");
    let config = Config::new("test").lease_duration(Duration::from_secs(3));
    setup(&db, &config).await.unwrap();
    let operator = Operator::new(&db, &config);
    let limits = one_at_a_time();
    operator.set_queue_limits("test", limits).await.unwrap();
    let storage = MongoStorage::<u32>::new(&db, config);
    let id = storage.enqueue(1).await.unwrap();
    let admin = client.database("admin");
    // Counting takes a while.
    admin
        .run_command(doc! {
            "configureFailPoint": "failCommand", "mode": "alwaysOn",
            "data": { "failCommands": ["aggregate"], "blockConnection": true, "blockTimeMS": 1500 },
        })
        .await
        .unwrap();
    let notes = Notes::default();
    let noted = notes.clone();
    let running = worker!(storage, 2, move |_: u32| {
        noted.add("ran");
        async {}
    });
    let queues = db.collection::<Document>("apalis_queues");
    let mine = ObjectId::new();
    eventually("the guard is taken from the worker", async || {
        let guarded = doc! { "_id": "test", "guard": { "$exists": true } };
        let take = doc! { "$set": { "guard.token": mine } };
        let taken = queues.update_one(guarded, take).await.unwrap();
        (taken.matched_count == 1).then_some(()).ok_or("no guard")
    })
    .await;
    let off = doc! { "configureFailPoint": "failCommand", "mode": "off" };
    admin.run_command(off).await.unwrap();
    let job = eventually("the job is done", async || {
        let job = operator.find_job(&id.to_string()).await.unwrap().unwrap();
        if job.state == JobState::Done {
            Ok(job)
        } else {
            Err(format!("{job:?}"))
        }
    })
    .await;
    assert_eq!((job.attempts, job.crashes), (1, 0));
    assert_eq!(notes.all(), ["ran"]);
    assert_eq!(logs.count("claim jobs within a limit"), 1);
    running.stop().await;
}
