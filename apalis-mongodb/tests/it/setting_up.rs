//! What is wrong with the server or its indexes is said when it matters first.

use apalis_core::backend::TaskSink;
use apalis_core::task::builder::TaskBuilder;
use apalis_mongodb::{Error, JobState, NewJob, setup};
use dossier_devstack::testing::{Logs, Proxy};
use mongodb::bson::{Document, doc};

use crate::harness::Bench;
use crate::worker;

#[tokio::test]
async fn a_server_older_than_6_0_is_refused_with_what_to_do() {
    let bench = Bench::new().await;
    let proxy = Proxy::before(bench.uri()).await.unwrap();
    let db = proxy.database(bench.db()).await.unwrap();
    setup(&db, &bench.config).await.unwrap();
    let info = db.run_command(doc! { "buildInfo": 1 }).await.unwrap();
    let version = info.get_str("version").unwrap();
    // The name of the field, the length of its text, and the text, which is not elsewhere.
    let length = i32::try_from(version.len()).unwrap() + 1;
    let field =
        |version: &str| [b"version\0", &length.to_le_bytes()[..], version.as_bytes()].concat();
    let (_, rest) = version.split_once('.').unwrap();
    let digits = version.len() - rest.len() - 1;
    let older = format!("{:0>digits$}.{rest}", 5);
    proxy.forge(field(version), field(&older));
    let refused = setup(&db, &bench.config).await.unwrap_err();
    assert!(matches!(refused, Error::ServerTooOld(_)), "{refused}");
    let text = refused.to_string();
    assert!(
        text.contains(&older) && text.contains("upgrade the server"),
        "{text}"
    );
}

#[tokio::test]
async fn a_key_that_no_index_keeps_unique_is_refused_and_other_jobs_run() {
    let logs = Logs::collect();
    let bench = Bench::new().await;
    let jobs = bench
        .db()
        .collection::<Document>(&bench.config.collections().jobs);
    for (name, job) in [
        ("idempotency", NewJob::new(1).idempotency_key("key")),
        ("unique_live", NewJob::new(1).unique_key("key")),
    ] {
        jobs.drop_index(name).await.unwrap();
        let storage = bench.storage::<u32>();
        let is_missing = |result: Result<_, Error>| match result {
            Err(Error::MissingIndex { index, collection }) => {
                index == name && collection == bench.config.collections().jobs
            }
            _ => false,
        };
        assert!(is_missing(storage.enqueue(job.clone()).await.map(drop)));
        assert!(is_missing(
            storage.enqueue_many([job.clone()]).await.map(drop)
        ));
        let mut session = bench.db().client().start_session().await.unwrap();
        session.start_transaction().await.unwrap();
        let pushed = storage.with_session(&mut session).push(job.clone()).await;
        assert!(is_missing(pushed.map(drop)));
        session.abort_transaction().await.unwrap();
        let task = TaskBuilder::new(1).idempotency_key("key").build();
        assert!(storage.clone().push_task(task).await.is_err());

        let running = worker!(storage.clone(), 1, async |_: u32| {});
        let id = storage.enqueue(2).await.unwrap();
        bench.reaches(&id, JobState::Done).await;
        running.stop().await;
        assert!(logs.count("ERROR") > 0 && logs.count(name) > 0);
        setup(bench.db(), &bench.config).await.unwrap();
        // It is looked for again after a refusal.
        let id = storage.enqueue(job.clone()).await.unwrap();
        assert_eq!(storage.enqueue(job).await.unwrap().id(), id.id());
        bench.reaches(&id, JobState::Ready).await;
        jobs.delete_many(doc! {}).await.unwrap();
    }
}
