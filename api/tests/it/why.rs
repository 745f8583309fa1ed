//! One answer says why a document is not there yet, and what to do.

use std::time::Duration;

use dossier_common::clock::Clock;
use dossier_common::file::{DocumentKind, File};
use dossier_common::queue::backend::QueueLimits;
use dossier_common::queue::{Job, QueueName, ValidateUpload};
use dossier_common::user::Role;
use mongodb::bson::{DateTime, Document, doc};
use serde_json::{Value, json};

use crate::harness::{App, NewFile, Person, assert_same};

async fn why(app: &App, person: &Person, file: &File) -> Value {
    let path = format!("/v1/files/{}/why", file.id);
    let said = app.get(&path).by(person).send().await.expect(200).json();
    assert_eq!(said["file_id"], file.id.to_string());
    for text in ["says", "do"] {
        let text = said[text].as_str().expect("a text");
        assert!(text.ends_with('.') && !text.contains("{id}"), "{text}");
    }
    said
}

/// Changes the job of `file`.
async fn set_job(app: &App, file: &File, set: Document) {
    let jobs = app.database().collection::<Document>("apalis_jobs");
    let id = file.job_id.to_string();
    let changed = jobs
        .update_one(doc! { "_id": id }, doc! { "$set": set })
        .await;
    assert_eq!(changed.expect("it can be").matched_count, 1);
}

fn in_millis(millis: i64) -> DateTime {
    DateTime::from_millis(Clock::system().now().timestamp_millis() + millis)
}

/// A worker that lives, and takes nothing.
async fn worker(app: &App) {
    let worker = doc! {
        "_id": "validate-upload@here.1.x", "name": "validate-upload", "queue": ValidateUpload::QUEUE,
        "service": "", "started_at": in_millis(-60_000), "last_seen": in_millis(-1000), "leases": 0_i64,
        "running": 0_i64, "expire_at": in_millis(299_000),
    };
    let workers = app.database().collection::<Document>("apalis_workers");
    workers.insert_one(worker).await.expect("it is stored");
}

#[tokio::test]
async fn whatever_keeps_a_document_waiting_is_named() {
    let app = App::start().await;
    let (ops, admin) = (app.ops().await, app.admin().await);
    let file = app.received(&ops, NewFile::default()).await;
    let store = &app.state.store;
    let queue = QueueName::of::<ValidateUpload>();

    let said = why(&app, &ops, &file).await;
    assert_eq!(
        (&said["state"], &said["reason"]),
        (&json!("received"), &json!("no_workers"))
    );
    assert_eq!(said["queue"]["workers"], 0);
    assert_eq!(
        (&said["queue"]["ready"], &said["processing"]["job_state"]),
        (&json!(1), &json!("ready"))
    );
    assert!(
        said["do"]
            .as_str()
            .is_some_and(|it| it.contains("dossier-worker run")),
        "{said}"
    );

    worker(&app).await;
    let said = why(&app, &ops, &file).await;
    assert_eq!(
        (&said["reason"], &said["queue"]["workers"]),
        (&json!("in_line"), &json!(1))
    );

    store
        .pause_queue(queue.as_str())
        .await
        .expect("it is paused");
    let said = why(&app, &ops, &file).await;
    assert_eq!(
        (&said["reason"], &said["queue"]["state"]),
        (&json!("queue_paused"), &json!("paused"))
    );
    store.resume_queue(queue.as_str()).await.expect("it runs");

    let operator = store.queue_operator();
    let period = Duration::from_secs(30);
    let parked = operator
        .park_queue(queue.as_str(), period, "nothing is there")
        .await;
    parked.expect("it is parked");
    assert_eq!(why(&app, &ops, &file).await["reason"], "queue_parked");
    operator
        .unpark_queue(queue.as_str())
        .await
        .expect("it runs");

    let limits = QueueLimits {
        max_running: Some(1),
        ..QueueLimits::default()
    };
    store
        .limit_queue(queue.as_str(), limits)
        .await
        .expect("it is limited");
    let said = why(&app, &ops, &file).await;
    assert_eq!(
        (&said["reason"], &said["queue"]["limited"]),
        (&json!("queue_limited"), &json!(true))
    );
    store
        .limit_queue(queue.as_str(), QueueLimits::default())
        .await
        .expect("it is not");

    let error = "the virus scanner is not available: connection refused (10.1.2.3)";
    let failed = doc! { "attempts": 2, "last_error": error, "run_at": in_millis(60_000) };
    set_job(&app, &file, failed).await;
    let said = why(&app, &ops, &file).await;
    assert_eq!(said["reason"], "scanner_unavailable");
    assert_eq!(said["processing"]["attempts"], 2);
    assert!(said["processing"]["next_run_at"].is_string(), "{said}");
    // Where the scanner is, is nothing for uploaders.
    assert!(!said.to_string().contains("10.1.2.3"), "{said}");
    let of_admin = why(&app, &admin, &file).await;
    assert_eq!(of_admin["processing"]["last_error"], error);

    set_job(
        &app,
        &file,
        doc! { "last_error": "could not read the bytes" },
    )
    .await;
    assert_eq!(why(&app, &ops, &file).await["reason"], "tried_again_later");

    app.job_runs(&file.job_id.to_string()).await;
    assert_eq!(why(&app, &ops, &file).await["reason"], "being_checked");

    app.job_dies(&file.job_id.to_string(), "INTERNAL: the inspector failed")
        .await;
    let said = why(&app, &ops, &file).await;
    assert_eq!(
        (&said["state"], &said["reason"]),
        (&json!("failed"), &json!("check_failed"))
    );
    assert!(
        said["do"]
            .as_str()
            .is_some_and(|it| it.contains("jobs retry")),
        "{said}"
    );

    set_job(&app, &file, doc! { "status": "Killed" }).await;
    assert_eq!(why(&app, &ops, &file).await["reason"], "check_cancelled");

    let jobs = app.database().collection::<Document>("apalis_jobs");
    let id = file.job_id.to_string();
    jobs.delete_one(doc! { "_id": id })
        .await
        .expect("it is gone");
    assert_eq!(why(&app, &ops, &file).await["reason"], "check_gone");
}

#[tokio::test]
async fn a_verdict_is_an_answer_too_and_a_short_one_for_clients() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let refused = app.received(&ops, NewFile::default()).await;
    app.record_verdict(&refused, Err("MACRO_ENABLED")).await;
    let said = why(&app, &ops, &refused).await;
    assert_eq!(
        (&said["state"], &said["reason"]),
        (&json!("rejected"), &json!("rejected"))
    );
    let sentence = said["says"].as_str().expect("a sentence");
    assert!(sentence.contains("It is not what it says it is."), "{said}");
    let file = app.received(&ops, NewFile::default()).await;
    app.record_verdict(&file, Ok(DocumentKind::Docx)).await;
    let said = why(&app, &client, &file).await;
    assert_eq!(
        (&said["reason"], &said["processing"], &said["queue"]),
        (&json!("available"), &Value::Null, &Value::Null)
    );
}

#[tokio::test]
async fn nobody_is_told_of_a_document_that_they_may_not_see() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let other = app.person("other-ops@example.com", Role::Ops).await;
    let file = app.received(&ops, NewFile::default()).await;
    let path = format!("/v1/files/{}/why", file.id);
    let nowhere = "/v1/files/fil_01JD3Y5T6ZQ8R9WABCDEFGHJKM/why";
    for stranger in [&client, &other] {
        let answer = app.get(&path).by(stranger).send().await;
        answer.problem(404, "not_found");
        let missing = app.get(nowhere).by(stranger).send().await;
        assert_same(
            "not there",
            &answer.without_request_id(),
            &missing.without_request_id(),
        );
    }
}
