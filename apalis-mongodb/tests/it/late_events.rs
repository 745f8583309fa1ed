//! What a change stream tells late changes nothing that came after.

use std::time::Duration;

use apalis_mongodb::operator::{BulkOptions, RetryOptions, Selection};
use apalis_mongodb::{Config, JobHandle, JobState, MongoStorage, NewJob, Operator, setup};
use dossier_devstack::mongod::MongodOptions;
use mongodb::Client;
use mongodb::bson::doc;

use crate::harness::{Notes, eventually};
use crate::servers::TestServers;
use crate::worker;

/// An event comes so late, and the job takes this much longer.
const LATE: Duration = Duration::from_millis(1500);
const WORK: Duration = Duration::from_secs(5);

#[tokio::test]
async fn the_event_of_a_cancellation_takes_no_later_lease_of_the_same_job() {
    let mut servers = TestServers::new("late-events");
    let options = MongodOptions {
        test_commands: true,
        ..servers.options()
    };
    let server = servers.start(&options).await;
    let client = Client::with_uri_str(server.uri("late")).await.unwrap();
    let db = client.database("late");
    let config = Config::new("test").poll_interval(Duration::from_millis(200));
    setup(&db, &config).await.unwrap();
    let storage = MongoStorage::<u32>::new(&db, config.clone());
    let notes = Notes::default();
    let noted = notes.clone();
    let running = worker!(storage.clone(), 2, move |number: u32, job: JobHandle| {
        let notes = noted.clone();
        async move {
            if number == 0 {
                return;
            }
            notes.add("starts");
            tokio::select! {
                () = job.lost() => notes.add("is told that it is lost"),
                () = tokio::time::sleep(WORK) => notes.add("ends"),
            }
        }
    });
    let admin = client.database("admin");
    eventually("the worker has a change stream", async || {
        let stages = [
            doc! { "$currentOp": { "idleCursors": true } },
            doc! { "$match": { "cursor.tailable": true, "cursor.awaitData": true } },
        ];
        let mut found = admin
            .aggregate(stages)
            .await
            .map_err(|error| error.to_string())?;
        match found.advance().await {
            Ok(true) => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
    let later = NewJob::new(1).run_in(Duration::from_secs(3600));
    let id = storage.enqueue(later).await.unwrap();
    let late = i64::try_from(LATE.as_millis()).unwrap();
    let slow = doc! { "failCommands": ["getMore"], "blockConnection": true, "blockTimeMS": late };
    let fail =
        |mode| doc! { "configureFailPoint": "failCommand", "mode": mode, "data": slow.clone() };
    admin.run_command(fail("alwaysOn")).await.unwrap();
    // It ends the question under way; the next one is a slow one.
    let first = storage.enqueue(0).await.unwrap();
    let operator = Operator::new(&db, &config);
    let state_of = async |id: String| operator.find_job(&id).await.unwrap().unwrap().state;
    eventually("the first job is done", async || {
        match state_of(first.to_string()).await {
            JobState::Done => Ok(()),
            other => Err(other),
        }
    })
    .await;
    let job = Selection::id(id.to_string());
    operator
        .cancel_jobs(&job, BulkOptions::default())
        .await
        .unwrap();
    operator
        .retry_jobs(&job, RetryOptions::default())
        .await
        .unwrap();
    assert_eq!(notes.reach(2).await, ["starts", "ends"]);
    eventually("the job is done", async || {
        match state_of(id.to_string()).await {
            JobState::Done => Ok(()),
            other => Err(other),
        }
    })
    .await;
    running.stop().await;
}
