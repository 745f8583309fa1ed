//! A process whose wall clock is wrong by an hour stores the same times as any other.

use std::process::{Command, Stdio};
use std::time::Duration;

use apalis::layers::WorkerBuilderExt;
use apalis_core::backend::{RegisterWorker, TaskSink, Update};
use apalis_core::error::BoxDynError;
use apalis_core::task::builder::TaskBuilder;
use apalis_core::task::data::Data;
use apalis_core::task::task_id::TaskId;
use apalis_core::worker::builder::WorkerBuilder;
use apalis_mongodb::{Config, JobHandle, JobState, MongoStorage, NewJob, RetryStrategy};
use futures_util::TryStreamExt;
use mongodb::bson::{Bson, DateTime, Document, doc};
use mongodb::{Client, Database};

use crate::harness::Bench;
use crate::shifted_clock::ShiftedClock;

const VARIABLE: &str = "APALIS_MONGODB_WALL_CLOCK";
/// How far a time may be from that of the test, which waits for processes to start and end.
const TOLERANCE_MS: i64 = 1000;
/// A clock that counts would have the job wait for an hour.
const LATE_MS: i64 = 30_000;
const DELAY: Duration = Duration::from_secs(2);

fn config() -> Config {
    Config::new("test")
        .lease_duration(Duration::from_secs(6))
        .retry(RetryStrategy::Fixed(Duration::from_millis(100)))
}

/// Does nothing when the whole suite runs; the variable is the database's address.
#[test]
fn child_process() {
    let Ok(uri) = std::env::var(VARIABLE) else {
        return;
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(push_and_work(&uri)).unwrap();
}

/// Writes everything that has a time in it.
async fn push_and_work(uri: &str) -> Result<(), BoxDynError> {
    let client = Client::with_uri_str(uri).await?;
    let db = client.default_database().expect("the address names one");
    let mut storage = MongoStorage::<String>::new(&db, config());
    // The first writes of a process, when it does not know the server's time yet.
    storage.clone().push("push".to_owned()).await?;
    let bulk = vec!["bulk".to_owned(), "fail once".to_owned()];
    storage.clone().push_bulk(bulk).await?;
    let task = TaskBuilder::new("task".to_owned())
        .task_id(TaskId::from_string("run_after"))
        .run_after(DELAY);
    storage.clone().push_task(task.build()).await?;
    for how in ["run_in", "complete in a transaction"] {
        let job = NewJob::new(how.to_owned()).run_in(DELAY).id(how);
        storage.clone().enqueue(job).await?;
    }
    let mut session = client.start_session().await?;
    session.start_transaction().await?;
    let mut sink = storage.with_session(&mut session);
    sink.push("session".to_owned()).await?;
    session.commit_transaction().await?;
    let id = TaskId::from_string("updated");
    let later = NewJob::new("as enqueued".to_owned()).run_in(Duration::from_secs(60));
    storage.enqueue(later.id(id.to_string())).await?;
    let changed = TaskBuilder::new(Bson::from("as updated")).task_id(id);
    storage.update(changed.build()).await?;
    storage.register_worker("registered".to_owned()).await?;
    work(db, storage).await
}

async fn work(db: Database, storage: MongoStorage<String>) -> Result<(), BoxDynError> {
    let context = apalis_core::worker::context::WorkerContext::new("shifted");
    let worker = WorkerBuilder::new(&context)
        .backend(storage)
        .data(db.clone())
        .concurrency(4)
        .build(handle);
    let running = crate::harness::Running::new(context, worker.run());
    crate::harness::eventually("all jobs are done", async || {
        let unfinished = doc! { "status": { "$ne": "Done" } };
        let jobs = db.collection::<Document>("apalis_jobs");
        match jobs.count_documents(unfinished).await {
            Ok(0) => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
    running.stop().await;
    Ok(())
}

async fn handle(what: String, job: JobHandle, db: Data<Database>) -> Result<(), BoxDynError> {
    job.log(&what).await?;
    if what == "fail once" && job.attempt() == 1 {
        return Err("once".into());
    }
    if what == "complete in a transaction" {
        let mut session = db.client().start_session().await?;
        session.start_transaction().await?;
        job.complete_in(&mut session).await?;
        session.commit_transaction().await?;
    }
    Ok(())
}

async fn stored(db: &Database, collection: &str) -> Vec<Document> {
    let found = db.collection::<Document>(collection).find(doc! {}).await;
    found.unwrap().try_collect().await.unwrap()
}

/// Every instant in `value` but when the document expires, with its path.
fn instants(path: &str, value: &Bson, found: &mut Vec<(String, DateTime)>) {
    match value {
        Bson::DateTime(at) => found.push((path.to_owned(), *at)),
        Bson::Array(values) => values.iter().for_each(|value| instants(path, value, found)),
        Bson::Document(fields) => {
            for (key, value) in fields.iter().filter(|(key, _)| *key != "expire_at") {
                instants(&format!("{path}.{key}"), value, found);
            }
        }
        _ => {}
    }
}

async fn times_are_right(off_by_seconds: i64) {
    let bench = Bench::with(|_| config()).await;
    let clock = ShiftedClock::by(off_by_seconds);
    let began = DateTime::now().timestamp_millis();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "wall_clock::child_process", "--nocapture"])
        .env(VARIABLE, bench.uri())
        .stdout(Stdio::null());
    let mut child = clock.apply_to(&mut command).spawn().unwrap();
    let exit = tokio::task::spawn_blocking(move || child.wait()).await;
    let ended = DateTime::now().timestamp_millis();
    assert!(exit.unwrap().unwrap().success());
    bench.counts(JobState::Done, 8).await;

    let latest = ended + i64::try_from(DELAY.as_millis()).unwrap();
    let mut found = Vec::new();
    for document in stored(bench.db(), "apalis_jobs").await {
        let id = document.get_str("_id").unwrap().to_owned();
        instants(&id, &document.into(), &mut found);
    }
    for document in stored(bench.db(), "apalis_workers").await {
        instants("worker", &document.into(), &mut found);
    }
    assert!(found.len() > 40, "{found:?}");
    for (path, at) in found {
        let at = at.timestamp_millis();
        assert!(
            (began - TOLERANCE_MS..latest + TOLERANCE_MS).contains(&at),
            "{path} is off by {} ms",
            at - ended
        );
    }
    for id in ["run_in", "run_after"] {
        let job = bench.job(id).await;
        let created = job.created_at.timestamp_millis();
        let waited = job.history[0].started_at.timestamp_millis() - created;
        let delay = DELAY.as_millis() as i64;
        assert!(waited >= delay, "{id} started {} ms early", delay - waited);
        assert!(waited < delay + LATE_MS, "{id} waited {waited} ms");
    }
}

#[tokio::test]
async fn a_process_whose_clock_is_an_hour_ahead_stores_the_times_of_the_server() {
    times_are_right(3600).await;
}

#[tokio::test]
async fn a_process_whose_clock_is_an_hour_late_stores_the_times_of_the_server() {
    times_are_right(-3600).await;
}
