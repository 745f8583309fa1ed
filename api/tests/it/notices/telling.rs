//! Who is told of a document, and when.

use std::time::Duration;

use axum::http::Method;
use dossier_common::audit::{Act, AuditEntry};
use dossier_common::file::{DocumentKind, File, Inspection};
use dossier_common::notice::NoticeState;
use dossier_common::queue::{QueueName, SendEmail};
use dossier_common::store::StoreError;
use mongodb::bson::{Bson, Document, doc};
use serde_json::{Value, json};

use super::{meant_for, press, recipient};
use crate::harness::{App, FailPoint, PASSWORD, Workers};

const STRANGER: &str = "stranger@example.com";

#[tokio::test]
async fn who_lost_a_document_before_being_told_is_told_once_it_gets_more_time() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let file = app.available(&ops, meant_for(&client.email)).await;
    let path = format!("/v1/files/{}", file.id);
    let until = async |instant: &str| {
        let call = app.call(Method::PATCH, &path).by(&ops);
        let call = call.header("if-match", "*");
        let call = call.json(json!({ "expires_at": instant }));
        call.send().await.expect(200);
    };
    let skip = async || {
        // As the mail does of what is not there any more.
        let store = &app.state.store;
        let notices = store.list_notices(file.id).await.expect("readable");
        let all: Vec<_> = notices.iter().collect();
        let skipping = store.mark_notices_unsent(&all, NoticeState::Skipped, "it is gone");
        skipping.await.expect("it can be written");
        assert_eq!(recipient(&app, &file, &ops).await["told_state"], "skipped");
    };
    until("2100-01-01T00:01:00Z").await;
    app.state.clock.advance(Duration::from_secs(60));
    skip().await;
    until("2100-01-02T00:00:00Z").await;
    assert_eq!(recipient(&app, &file, &ops).await["told_state"], "pending");
    // While it is there, more time is no news.
    skip().await;
    until("2100-01-03T00:00:00Z").await;
    assert_eq!(recipient(&app, &file, &ops).await["told_state"], "skipped");
}

#[tokio::test]
async fn a_document_that_was_not_told_of_because_it_had_expired_is_told_of_when_it_is_back() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let file = app.available(&ops, meant_for(&client.email)).await;
    let path = format!("/v1/files/{}", file.id);
    let change = async |expires_at: Value| {
        let shown = app.get(&path).by(&ops).send().await.expect(200);
        let call = app.call(Method::PATCH, &path).by(&ops);
        let call = call.header("if-match", shown.header("etag"));
        let call = call.json(json!({ "expires_at": expires_at }));
        call.send().await.expect(200);
    };
    change(json!("2100-01-01T00:01:00Z")).await;
    app.state.clock.advance(Duration::from_secs(60));
    // What its mail comes to.
    let store = &app.state.store;
    let notices = store.list_notices(file.id).await.expect("readable");
    let notices: Vec<_> = notices.iter().collect();
    let skipped = store.mark_notices_unsent(&notices, NoticeState::Skipped, "it had expired");
    skipped.await.expect("it can be recorded");
    change(Value::Null).await;
    let told = recipient(&app, &file, &ops).await;
    assert_eq!(told["told_state"], "pending");
}

#[tokio::test]
async fn a_mail_that_nobody_sends_any_more_has_failed() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let file = app.available(&ops, meant_for(&client.email)).await;
    let notices = app.database().collection::<Document>("notices");
    let begun = doc! { "$set": { "job_id": "gone" } };
    let changed = notices.update_many(doc! {}, begun).await;
    assert_eq!(changed.expect("it can be").modified_count, 1);
    assert_eq!(recipient(&app, &file, &ops).await["told_state"], "failed");
}

#[tokio::test]
async fn a_stranger_makes_an_account_by_the_mail_and_finds_the_document() {
    let app = App::start().await;
    let ops = app.ops().await;
    let file = app.available(&ops, meant_for(STRANGER)).await;
    app.let_deferred_mails_be_due().await;
    let workers = Workers::start(&app, &[QueueName::of::<SendEmail>()]);
    let token = workers.token("invitation", 1).await;
    let unsubscribe = workers.token("unsubscribe", 1).await;
    workers.stop().await;
    app.accept(&token, PASSWORD).await.expect(200);
    let tokens = app.log_in(STRANGER, PASSWORD).await.expect(200).json();
    let access = tokens["access_token"].as_str().expect("a token");
    let path = format!("/v1/files/{}", file.id);
    app.get(&path).bearer(access).send().await.expect(200);
    let told = recipient(&app, &file, &ops).await;
    assert!(told["first_seen_at"].is_string(), "{told}");
    press(&app, &unsubscribe).send().await.expect(200);
    let shown = app.get("/v1/me/notices").bearer(access).send().await;
    assert_eq!(shown.expect(200).json(), json!({ "enabled": false }));
}

/// Records that a document is genuine, as a worker does.
async fn accept_document(app: &App, file: &File) -> Result<bool, StoreError> {
    let inspection = Inspection {
        outcome: Ok(DocumentKind::Docx),
        rules_version: 1,
        facts: Bson::Null,
    };
    let entry = AuditEntry::of_now(Act::Inspect, &app.state.clock, &app.state.entropy);
    let store = &app.state.store;
    store.record_inspection(file.id, &inspection, entry).await
}

#[tokio::test]
async fn a_verdict_that_is_aborted_at_any_statement_tells_nobody() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let file = app.received(&ops, meant_for(&client.email)).await;
    let told = async || {
        [
            app.count("files", doc! { "state": "available" }).await,
            app.count("notices", doc! {}).await,
            app.count("notice_addresses", doc! {}).await,
            app.jobs("send-email").await,
        ]
    };
    let point = FailPoint::of(&app).await;
    let mut aborted = 0;
    loop {
        let commands = ["insert", "update", "commitTransaction"];
        // A code that no driver takes for a transient error.
        let data = doc! { "failCommands": commands.to_vec(), "errorCode": 8000 };
        point.set(doc! { "skip": aborted }, data).await;
        let recorded = accept_document(&app, &file).await;
        point.clear().await;
        if recorded.is_ok() {
            break;
        }
        assert_eq!(told().await, [0; 4], "after statement {aborted}");
        aborted += 1;
    }
    assert_eq!(aborted, 6, "verdict, audit, address, notice, job, commit");
    assert_eq!(told().await, [1; 4]);
}
