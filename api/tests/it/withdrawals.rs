//! Taking documents back, and bringing them back.

use std::time::Duration;

use axum::http::Method;
use dossier_common::clock::rfc3339;
use dossier_common::file::{DocumentKind, File};
use dossier_common::queue::{EraseBlobs, Job};
use dossier_common::user::Role;
use mongodb::bson::doc;
use serde_json::json;

use crate::harness::{Answer, App, NewFile, Person};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How many days a document can be restored.
const GRACE_DAYS: u32 = 30;

async fn withdraw(app: &App, by: &Person, file: &File) -> Answer {
    let path = format!("/v1/files/{}", file.id);
    app.call(Method::DELETE, &path).by(by).send().await
}

async fn restore(app: &App, by: &Person, file: &File) -> Answer {
    let path = format!("/v1/files/{}/restore", file.id);
    app.post(&path).by(by).send().await
}

async fn shown(app: &App, to: &Person, file: &File) -> Answer {
    app.get(&format!("/v1/files/{}", file.id))
        .by(to)
        .send()
        .await
}

/// How many documents `to` finds in the list.
async fn listed(app: &App, to: &Person) -> usize {
    let page = app.get("/v1/files").by(to).send().await.expect(200).json();
    page["items"].as_array().expect("items").len()
}

#[tokio::test]
async fn a_client_sees_nothing_of_a_withdrawn_document_with_the_next_request() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let file = app.available(&ops, NewFile::default()).await;
    let download = app.download_path(&client, &file).await;
    app.get(&download).by(&client).send().await.expect(200);
    assert_eq!(listed(&app, &client).await, 1);

    withdraw(&app, &ops, &file).await.expect(204);
    let gone = app.get(&download).by(&client).send().await;
    gone.problem(404, "not_found");
    shown(&app, &client, &file).await.problem(404, "not_found");
    assert_eq!(listed(&app, &client).await, 0);
    let asked = app.post(&format!("/v1/files/{}/links", file.id));
    let asked = asked.by(&client).json(json!({})).send().await;
    asked.problem(404, "not_found");
    let head = app.call(Method::HEAD, &download).by(&client).send().await;
    assert_eq!(head.status, 404);
}

#[tokio::test]
async fn its_owner_and_admins_still_see_that_it_is_withdrawn_and_until_when_it_can_be_restored() {
    let app = App::start().await;
    let (ops, admin) = (app.ops().await, app.admin().await);
    let file = app.available(&ops, NewFile::default()).await;
    withdraw(&app, &admin, &file).await.expect(204);
    for person in [&ops, &admin] {
        let seen = shown(&app, person, &file).await.expect(200).json();
        assert_eq!(seen["state"], "withdrawn");
        assert_eq!(seen["withdrawn"]["by"], admin.id.to_string());
        let until = app.now().saturating_add_duration(DAY * GRACE_DAYS);
        let until = rfc3339(until);
        assert_eq!(seen["withdrawn"]["restorable_until"], until);
        assert_eq!(listed(&app, person).await, 1);
    }
    let about = doc! { "act": "withdraw_file", "objects": file.id.to_string() };
    assert_eq!(app.count("audit", about).await, 1);
}

#[tokio::test]
async fn taking_it_back_twice_changes_nothing_and_its_bytes_have_one_job() {
    let app = App::start().await;
    let ops = app.ops().await;
    let file = app.available(&ops, NewFile::default()).await;
    withdraw(&app, &ops, &file).await.expect(204);
    let first = shown(&app, &ops, &file).await.json();
    app.state.clock.advance(Duration::from_secs(60));
    withdraw(&app, &ops, &file).await.expect(204);
    let second = shown(&app, &ops, &file).await.json();
    assert_eq!(first["withdrawn"], second["withdrawn"]);
    assert_eq!(app.jobs(EraseBlobs::QUEUE).await, 1);
    assert_eq!(app.count("audit", doc! { "act": "withdraw_file" }).await, 1);
}

#[tokio::test]
async fn a_restored_document_is_there_again_and_its_old_links_are_not() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let file = app.available(&ops, NewFile::default()).await;
    let download = app.download_path(&client, &file).await;
    withdraw(&app, &ops, &file).await.expect(204);

    let restored = restore(&app, &ops, &file).await.expect(200).json();
    assert_eq!(restored["state"], "available");
    assert!(restored.get("withdrawn").is_none(), "{restored}");
    restore(&app, &ops, &file).await.expect(200);
    shown(&app, &client, &file).await.expect(200);
    let old = app.get(&download).by(&client).send().await;
    old.problem(404, "not_found");
    let new = app.download_path(&client, &file).await;
    app.get(&new).by(&client).send().await.expect(200);
    assert_eq!(app.count("audit", doc! { "act": "restore_file" }).await, 1);
}

#[tokio::test]
async fn after_the_grace_period_nobody_can_restore_it() {
    let app = App::start().await;
    let ops = app.ops().await;
    let file = app.available(&ops, NewFile::default()).await;
    withdraw(&app, &ops, &file).await.expect(204);
    app.state.clock.advance(DAY * GRACE_DAYS);
    // The session is over by then; somebody else's is not.
    let admin = app.admin().await;
    restore(&app, &admin, &file).await.problem(409, "conflict");
    let seen = shown(&app, &admin, &file).await.expect(200).json();
    assert_eq!(seen["state"], "withdrawn");
}

#[tokio::test]
async fn a_document_without_a_verdict_and_a_rejected_one_can_be_withdrawn_as_well() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let received = app.received(&ops, NewFile::default()).await;
    let rejected = app.received(&ops, NewFile::default()).await;
    app.record_verdict(&rejected, Err("NOT_OPC")).await;
    for file in [&received, &rejected] {
        withdraw(&app, &ops, file).await.expect(204);
        let seen = shown(&app, &ops, file).await.expect(200).json();
        assert_eq!(seen["state"], "withdrawn");
    }
    // A verdict that comes later shows it to nobody.
    app.record_verdict(&received, Ok(DocumentKind::Docx)).await;
    shown(&app, &client, &received)
        .await
        .problem(404, "not_found");
    restore(&app, &ops, &received).await.expect(200);
    shown(&app, &client, &received).await.expect(200);
}

#[tokio::test]
async fn nobody_but_its_owner_and_admins_can_withdraw_or_restore_a_document() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let other = app.person("other@example.com", Role::Ops).await;
    let file = app.available(&ops, NewFile::default()).await;
    withdraw(&app, &client, &file)
        .await
        .problem(403, "forbidden");
    restore(&app, &client, &file)
        .await
        .problem(403, "forbidden");
    withdraw(&app, &other, &file)
        .await
        .problem(404, "not_found");
    restore(&app, &other, &file).await.problem(404, "not_found");
    shown(&app, &client, &file).await.expect(200);
}
