//! A user with rights on the three collections alone is enough.

use std::time::{Duration, Instant};

use apalis_mongodb::operator::{BulkOptions, Selection};
use apalis_mongodb::{Config, JobState, MongoStorage, NewJob, Operator, setup};
use mongodb::bson::{Document, doc};
use mongodb::{Client, Database};

use crate::harness::{Notes, eventually};
use crate::servers::TestServers;
use crate::worker;

const README: &str = include_str!("../../README.md");
const DATABASE: &str = "app";

/// Without a change stream a job waits for this long.
const POLL: Duration = Duration::from_secs(60);

/// The argument of `createRole` in the README, as the server's command of the same name.
fn documented_role() -> Document {
    let (_, call) = README
        .split_once(".createRole(")
        .expect("the README creates a role");
    let (argument, _) = call.split_once("\n)").expect("the call ends");
    let mut argument: Document = serde_json::from_str(argument).expect("it is JSON");
    let mut command = doc! { "createRole": argument.remove("role").expect("a name") };
    command.extend(argument);
    command
}

/// A database as a user sees it who has no role but the documented one, and as one who may do
/// everything.
async fn databases(servers: &mut TestServers) -> [Database; 2] {
    let role = documented_role();
    let name = role.get_str("createRole").unwrap().to_owned();
    let port = servers
        .start_with_users(async |client: &Client| {
            let db = client.database(DATABASE);
            db.run_command(role).await.unwrap();
            let worker = doc! { "createUser": "worker", "pwd": "secret", "roles": [name] };
            db.run_command(worker).await.unwrap();
            let root = doc! { "createUser": "root", "pwd": "secret", "roles": ["root"] };
            client.database("admin").run_command(root).await.unwrap();
        })
        .await;
    let connect = async |user: &str, source: &str| {
        let uri = format!(
            "mongodb://{user}:secret@127.0.0.1:{port}/{DATABASE}?replicaSet=rs0&authSource={source}"
        );
        Client::with_uri_str(uri).await.unwrap().database(DATABASE)
    };
    [
        connect("worker", DATABASE).await,
        connect("root", "admin").await,
    ]
}

#[tokio::test]
async fn the_documented_role_suffices_for_enqueuing_working_waking_up_and_operating() {
    let mut servers = TestServers::new("rights");
    let [db, root] = databases(&mut servers).await;
    let config = Config::new("test").poll_interval(POLL);
    setup(&db, &config).await.unwrap();
    let notes = Notes::default();
    let seen = notes.clone();
    let storage = MongoStorage::<u32>::new(&db, config.clone());
    let running = worker!(storage.clone(), 2, move |number: u32| {
        let notes = seen.clone();
        async move { notes.add(number.to_string()) }
    });
    storage
        .enqueue(NewJob::new(0).unique_key("key"))
        .await
        .unwrap();
    notes.reach(1).await;
    eventually("a change stream of the jobs is open", async || {
        let cursors = doc! { "$currentOp": { "allUsers": true, "idleCursors": true } };
        let ours = doc! { "$match": {
            "cursor.originatingCommand.pipeline.$changeStream": { "$exists": true },
            "ns": format!("{DATABASE}.{}", config.collections().jobs),
        } };
        let mut found = root
            .client()
            .database("admin")
            .aggregate([cursors, ours])
            .await
            .unwrap();
        if found.advance().await.unwrap() {
            Ok(())
        } else {
            Err("there is none")
        }
    })
    .await;
    // Polls are a minute apart; only the stream wakes the idle worker.
    for number in 1..=3 {
        let since = Instant::now();
        storage.enqueue(number).await.unwrap();
        notes.reach(number as usize + 1).await;
        assert!(since.elapsed() < POLL / 2, "{:?}", since.elapsed());
    }
    operate(&db, &config, &storage).await;
    running.stop().await;
}

async fn operate(db: &Database, config: &Config, storage: &MongoStorage<u32>) {
    let operator = Operator::new(db, config);
    operator.pause_queue("test").await.unwrap();
    let later = NewJob::new(9).run_in(Duration::from_secs(3600));
    let id = storage.enqueue(later).await.unwrap().to_string();
    let one = Selection::id(id.clone());
    let options = BulkOptions::default();
    let cancelled = operator.cancel_jobs(&one, options);
    assert_eq!(cancelled.await.unwrap().changed, 1);
    let deleted = operator.delete_jobs(&one, options).await.unwrap();
    assert_eq!(deleted.changed, 1);
    operator.resume_queue("test").await.unwrap();
    let counts = operator.count_by_state(None).await.unwrap();
    assert_eq!(counts["test"].of(JobState::Done), 4);
    operator.list_queues().await.unwrap();
    assert_eq!(operator.list_workers(None).await.unwrap().len(), 1);
}
