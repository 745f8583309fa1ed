//! Whoever may see a document is told how it comes along, until its state will last.

use axum::http::Method;
use bytes::Bytes;
use dossier_common::file::{DocumentKind, File};
use dossier_common::queue::{QueueName, ValidateUpload};
use dossier_common::store::files::FileScope;
use dossier_common::user::Role;
use mongodb::bson::{Document, doc};
use serde_json::json;

use crate::harness::{App, Call, Events, Form, NewFile, Person, Workers, assert_same, eventually};

const REPORT: &[u8] = include_bytes!("../../../fixtures/report.docx");

fn path(file: &File) -> String {
    format!("/v1/files/{}/events", file.id)
}

async fn listen(app: &App, person: &Person, path: &str) -> Events {
    app.get(path).by(person).listen().await
}

/// Changes whom a document is meant for.
async fn mean_for(app: &App, file: &File, recipients: &[&str]) {
    let files = app.database().collection::<Document>("files");
    let change = doc! { "$set": { "recipients": recipients } };
    let id = file.id.to_string();
    let changed = files.update_one(doc! { "_id": id }, change).await;
    assert_eq!(changed.expect("it can be").modified_count, 1);
}

#[tokio::test]
async fn the_present_state_comes_first_then_each_change_and_the_last_one_ends_it() {
    let app = App::start().await;
    let ops = app.ops().await;
    let file = app.received(&ops, NewFile::default()).await;
    let mut events = listen(&app, &ops, &path(&file)).await;
    let first = events.wait_for("file").await;
    let shown = app.get(&format!("/v1/files/{}", file.id)).by(&ops);
    assert_eq!(first, shown.send().await.expect(200).json());
    assert_eq!(first["state"], "received");
    app.job_runs(&file.job_id.to_string()).await;
    let running = events.wait_for("file").await;
    assert_eq!(running["state"], "received");
    assert_eq!(running["processing"]["job_state"], "running");
    app.record_verdict(&file, Ok(DocumentKind::Docx)).await;
    let last = events.wait_for("file").await;
    assert_eq!(
        (&last["state"], &last["kind"]),
        (&json!("available"), &json!("docx"))
    );
    let end = events.wait_for("end").await;
    assert_eq!(end, json!({ "reason": "final" }));
    assert_eq!(events.next().await, None);
    // Nothing is read any more for nobody.
    eventually("nobody waits", async || {
        (app.state.file_watch.files() == 0 && app.state.event_places.taken() == 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_rejection_is_told_with_its_reason() {
    let app = App::start().await;
    let ops = app.ops().await;
    let file = app.received(&ops, NewFile::default()).await;
    let mut events = listen(&app, &ops, &path(&file)).await;
    events.wait_for("file").await;
    app.record_verdict(&file, Err("MACRO_ENABLED")).await;
    let last = events.wait_for("file").await;
    assert_eq!(last["state"], "rejected");
    assert_eq!(last["rejection"]["code"], "MACRO_ENABLED");
    assert_eq!(events.wait_for("end").await["reason"], "final");
}

#[tokio::test]
async fn a_job_that_dies_is_told_although_no_document_was_written() {
    let app = App::start().await;
    let ops = app.ops().await;
    let file = app.received(&ops, NewFile::default()).await;
    let mut events = listen(&app, &ops, &path(&file)).await;
    events.wait_for("file").await;
    app.job_dies(&file.job_id.to_string(), "INTERNAL: the inspector failed")
        .await;
    let last = events.wait_for("file").await;
    assert_eq!(last["state"], "failed");
    assert_eq!(last["processing"]["job_state"], "dead");
    assert_eq!(events.wait_for("end").await["reason"], "final");
}

#[tokio::test]
async fn new_bytes_are_told_of_until_there_is_a_verdict_or_nobody_will_come_to_one() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let file = app.available(&ops, NewFile::default()).await;
    let content = format!("/v1/files/{}/content", file.id);
    let call = app.call(Method::PUT, &content).by(&ops);
    let bytes = Bytes::from_static(b"a better report");
    let call = call.body("application/octet-stream", bytes);
    call.send().await.expect(202);
    let mut events = listen(&app, &ops, &path(&file)).await;
    let waiting = events.wait_for("file").await;
    assert_eq!(waiting["replacement"]["state"], "received");
    // A client knows nothing of them.
    let mut of_client = listen(&app, &client, &path(&file)).await;
    of_client.wait_for("file").await;
    assert_eq!(of_client.wait_for("end").await["reason"], "final");

    let store = &app.state.store;
    let found = store.find_file(file.id, &FileScope::Everything).await;
    let found = found.expect("readable").expect("there");
    let job = found.replacement.expect("new bytes").job_id.to_string();
    app.job_dies(&job, "INTERNAL: the inspector failed").await;
    let last = events.wait_for("file").await;
    assert_eq!(last["state"], "available");
    assert_eq!(last["replacement"]["state"], "failed");
    assert_eq!(events.wait_for("end").await["reason"], "final");
}

#[tokio::test]
async fn an_upload_is_told_of_until_a_worker_has_looked_inside() {
    let app = App::start().await;
    let ops = app.ops().await;
    let form = Form::file("report.docx", REPORT).and("recipients", "client@example.com");
    let sent = app.post("/v1/files").by(&ops).form(form).send().await;
    let file = sent.expect(202).json();
    let path = format!("/v1/files/{}/events", file["id"].as_str().expect("an id"));
    let mut events = listen(&app, &ops, &path).await;
    assert_eq!(events.wait_for("file").await["state"], "received");
    let workers = Workers::start(&app, &[QueueName::of::<ValidateUpload>()]);
    let last = loop {
        let (name, told) = events.next().await.expect("a verdict");
        assert_eq!(name, "file");
        if told["state"] != "received" {
            break told;
        }
    };
    assert_eq!(
        (&last["state"], &last["kind"]),
        (&json!("available"), &json!("docx"))
    );
    assert_eq!(events.wait_for("end").await["reason"], "final");
    workers.stop().await;
}

#[tokio::test]
async fn what_was_told_is_not_told_again_by_another_process() {
    let app = App::start().await;
    let ops = app.ops().await;
    let file = app.received(&ops, NewFile::default()).await;
    let mut events = listen(&app, &ops, &path(&file)).await;
    events.wait_for("file").await;
    let id = events.last_id.clone().expect("an id");
    drop(events);
    let (_other, router) = app.replica().await;
    let again = || Call::to(&router, Method::GET, &path(&file)).by(&ops);
    let mut events = again().header("last-event-id", &id).listen().await;
    app.record_verdict(&file, Ok(DocumentKind::Docx)).await;
    assert_eq!(events.wait_for("file").await["state"], "available");
    assert_eq!(events.wait_for("end").await["reason"], "final");
    // A browser connects again by itself, until it is told that there is nothing.
    let last = events.last_id.expect("an id");
    let ended = again().header("last-event-id", &last).send().await;
    assert!(ended.expect(204).body.is_empty());
    let mut other = again()
        .header("last-event-id", "something else")
        .listen()
        .await;
    assert_eq!(other.wait_for("file").await["state"], "available");
}

#[tokio::test]
async fn whoever_loses_the_document_is_told_that_it_is_gone_and_nothing_more() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let new = NewFile {
        recipients: Some(vec!["client@example.com".to_owned()]),
        ..NewFile::default()
    };
    let file = app.available(&ops, new).await;
    let until_gone = format!("{}?until=gone", path(&file));
    let mut events = listen(&app, &client, &until_gone).await;
    let told = events.wait_for("file").await;
    assert_eq!(
        (&told["state"], &told["recipients"]),
        (&json!("available"), &json!(null))
    );
    mean_for(&app, &file, &["somebody.else@example.com"]).await;
    let gone = events.next().await.expect("an event");
    assert_eq!(
        gone,
        ("gone".to_owned(), json!({ "id": file.id.to_string() }))
    );
    assert_eq!(events.wait_for("end").await["reason"], "gone");
    assert_eq!(events.next().await, None);
    let again = app.get(&until_gone).by(&client).send().await;
    again.problem(404, "not_found");
}

#[tokio::test]
async fn what_somebody_may_not_see_is_the_404_of_what_is_not_there() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let other = app.person("other-ops@example.com", Role::Ops).await;
    let received = app.received(&ops, NewFile::default()).await;
    let nowhere = "/v1/files/fil_01JD3Y5T6ZQ8R9WABCDEFGHJKM/events";
    let missing = app.get(nowhere).by(&client).send().await;
    missing.problem(404, "not_found");
    for stranger in [&client, &other] {
        let answer = app.get(&path(&received)).by(stranger).send().await;
        answer.problem(404, "not_found");
        let missing = missing.clone().without_request_id();
        assert_same("not there", &answer.without_request_id(), &missing);
    }
    for wrong in ["until=now", "until=gone&until=gone", "till=gone"] {
        let answer = app.get(&format!("{}?{wrong}", path(&received))).by(&ops);
        answer.send().await.problem(422, "invalid_fields");
    }
}
