//! An idle worker starts a new job at once, whatever became of its change stream.

use std::time::{Duration, Instant};

use apalis_mongodb::{Config, MongoStorage, setup};
use mongodb::bson::{Bson, Document, doc};
use mongodb::{Client, Database};

use crate::harness::{Bench, FAIL_COMMAND, Notes, Running, eventually};
use crate::worker;
use dossier_devstack::testing::Logs;

/// Without a change stream a job waits for this long.
const POLL: Duration = Duration::from_secs(60);
/// With one it does not; a busy machine needs a while for a new one.
const SOON: Duration = Duration::from_secs(20);

const LOST: &str = "change stream lost";

/// An idle worker whose connections carry a name of their own.
struct Idler {
    bench: Bench,
    db: Database,
    storage: MongoStorage<u32>,
    notes: Notes,
    running: Running,
    logs: Logs,
}

impl Idler {
    async fn new() -> Self {
        let logs = Logs::collect();
        let bench = Bench::with(|config| config.poll_interval(POLL)).await;
        let uri = format!("{}&appName={}", bench.uri(), bench.db().name());
        let db = Client::with_uri_str(uri).await.unwrap();
        let db = db.database(bench.db().name());
        let storage = MongoStorage::<u32>::new(&db, bench.config.clone());
        let notes = Notes::default();
        let seen = notes.clone();
        let running = worker!(storage.clone(), 1, move |number: u32| {
            let notes = seen.clone();
            async move { notes.add(number.to_string()) }
        });
        let idler = Self {
            bench,
            db,
            storage,
            notes,
            running,
            logs,
        };
        // The first may be found by the worker's first claim, the second only by its stream.
        idler.starts_soon().await;
        idler.starts_soon().await;
        idler
    }

    fn config(&self) -> &Config {
        &self.bench.config
    }

    /// Enqueues a job, which must be started soon.
    async fn starts_soon(&self) {
        let started = self.notes.all().len();
        let enqueued = Instant::now();
        self.storage.enqueue(1).await.unwrap();
        self.notes.reach(started + 1).await;
        let took = enqueued.elapsed();
        assert!(took < SOON, "started after {took:?}");
    }

    async fn loses_its_stream(&self) {
        eventually("the loss of the stream is noticed", async || {
            match self.logs.count(LOST) {
                0 => Err("nothing was logged"),
                _ => Ok(()),
            }
        })
        .await;
    }

    async fn admin(&self, command: Document) {
        let admin = self.bench.db().client().database("admin");
        admin.run_command(command).await.unwrap();
    }

    /// The next `times` questions of the stream are answered with an error.
    async fn fail_stream(&self, code: i32, times: i32) {
        self.admin(doc! {
            "configureFailPoint": "failCommand",
            "mode": { "times": times },
            "data": {
                "failCommands": ["getMore"],
                "errorCode": code,
                "appName": self.db.name(),
            },
        })
        .await;
    }

    /// The cursors of the stream: one, or none for a moment.
    async fn cursors(&self) -> Vec<Bson> {
        let admin = self.bench.db().client().database("admin");
        let stages = [
            doc! { "$currentOp": { "idleCursors": true } },
            doc! { "$match": { "appName": self.db.name(), "cursor.cursorId": { "$exists": true } } },
        ];
        let mut found = admin.aggregate(stages).await.unwrap();
        let mut cursors = Vec::new();
        while found.advance().await.unwrap() {
            let operation = found.deserialize_current().unwrap();
            let cursor = operation.get_document("cursor").unwrap();
            cursors.extend(cursor.get("cursorId").cloned());
        }
        cursors
    }
}

#[tokio::test]
async fn a_stream_whose_history_is_lost_is_replaced_and_told_of_once() {
    const CHANGE_STREAM_HISTORY_LOST: i32 = 286;
    let idler = Idler::new().await;
    let _turn = FAIL_COMMAND.lock().await;
    idler.fail_stream(CHANGE_STREAM_HISTORY_LOST, 3).await;
    idler.loses_its_stream().await;
    idler.starts_soon().await;
    idler.starts_soon().await;
    assert_eq!(idler.logs.count(LOST), 1);
    idler.running.stop().await;
}

#[tokio::test]
async fn a_stream_whose_cursor_is_killed_goes_on() {
    let idler = Idler::new().await;
    let killed = eventually("the stream has a cursor", async || {
        let open = idler.cursors().await;
        if open.is_empty() {
            Err("none is open")
        } else {
            Ok(open)
        }
    })
    .await;
    let kill = doc! { "killCursors": "$cmd.aggregate", "cursors": &killed };
    idler.bench.db().run_command(kill).await.unwrap();
    eventually("the stream has another cursor", async || {
        let open = idler.cursors().await;
        if open.iter().any(|cursor| !killed.contains(cursor)) {
            Ok(())
        } else {
            Err(format!("{open:?}"))
        }
    })
    .await;
    idler.starts_soon().await;
    assert!(idler.logs.count(LOST) <= 1);
    idler.running.stop().await;
}

#[tokio::test]
async fn a_worker_outlives_its_collections() {
    let idler = Idler::new().await;
    let collections = &idler.config().collections();
    for name in [&collections.jobs, &collections.queues] {
        let collection = idler.db.collection::<Document>(name);
        collection.drop().await.unwrap();
    }
    setup(&idler.db, idler.config()).await.unwrap();
    idler.starts_soon().await;
    idler.starts_soon().await;
    // The stream is the database's, and that is still there.
    assert_eq!(idler.logs.count(LOST), 0);
    idler.running.stop().await;
}

#[tokio::test]
async fn a_worker_outlives_its_database_and_tells_of_the_lost_stream_once() {
    let idler = Idler::new().await;
    idler.db.drop().await.unwrap();
    idler.loses_its_stream().await;
    setup(&idler.db, idler.config()).await.unwrap();
    idler.starts_soon().await;
    idler.starts_soon().await;
    assert_eq!(idler.logs.count(LOST), 1);
    idler.running.stop().await;
}
