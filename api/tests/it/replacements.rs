//! New bytes of a document: clients keep the old ones until the new ones are found genuine.

use std::time::Duration;

use axum::http::Method;
use bytes::Bytes;
use dossier_common::audit::{Act, AuditEntry};
use dossier_common::digest::Sha256;
use dossier_common::file::{DocumentKind, File, Inspection, Rejection, Replacement};
use dossier_common::id::{BlobId, JobId};
use dossier_common::storage::UsageOf;
use dossier_common::store::files::FileScope;
use dossier_common::store::replacements::Replaced;
use dossier_common::user::Role;
use mongodb::bson::Bson;
use serde_json::Value;

use crate::harness::{Answer, App, NewFile, Person};

const NEW: &[u8] = b"the bytes of a better report";

async fn replace(app: &App, by: &Person, file: &File, bytes: &'static [u8]) -> Answer {
    let path = format!("/v1/files/{}/content", file.id);
    let call = app.call(Method::PUT, &path).by(by);
    let call = call.body("application/octet-stream", Bytes::from_static(bytes));
    call.send().await
}

/// The verdict on the bytes that wait, as a worker records it; whether there were any.
async fn judge(app: &App, file: &File, outcome: Result<DocumentKind, &str>) -> bool {
    let store = &app.state.store;
    let found = store.find_file(file.id, &FileScope::Everything).await;
    let found = found.expect("readable").expect("there");
    let blob = found.replacement.expect("bytes that wait").blob_id;
    let outcome = outcome.map_err(|code| Rejection {
        code: code.to_owned(),
        message: "It is not what it says it is.".to_owned(),
        detail: None,
    });
    let inspection = Inspection {
        outcome,
        rules_version: 1,
        facts: Bson::Null,
    };
    let entry = AuditEntry::of_now(Act::Inspect, &app.state.clock, &app.state.entropy);
    let recording = store.record_replacement(file.id, blob, &inspection, entry);
    recording.await.expect("it can be recorded")
}

async fn seen(app: &App, by: &Person, file: &File) -> Value {
    let path = format!("/v1/files/{}", file.id);
    app.get(&path).by(by).send().await.expect(200).json()
}

async fn versions(app: &App, by: &Person, file: &File) -> Vec<Value> {
    let path = format!("/v1/files/{}/versions", file.id);
    let list = app.get(&path).by(by).send().await.expect(200).json();
    list["items"].as_array().expect("items").clone()
}

#[tokio::test]
async fn clients_keep_the_old_bytes_until_the_new_ones_are_found_genuine() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let file = app.available(&ops, NewFile::default()).await;
    let old = app.download_path(&client, &file).await;

    let answer = replace(&app, &ops, &file, NEW).await.expect(202);
    assert_eq!(answer.header("location"), format!("/v1/files/{}", file.id));
    let waiting = answer.json();
    assert_eq!(waiting["state"], "available");
    assert_eq!(waiting["replacement"]["state"], "received");
    let whole = app.get(&old).by(&client).send().await.expect(200);
    assert_eq!(whole.body, NewFile::default().bytes);
    assert!(
        seen(&app, &client, &file)
            .await
            .get("replacement")
            .is_none()
    );

    assert!(judge(&app, &file, Ok(DocumentKind::Pptx)).await);
    let ended = app.get(&old).by(&client).send().await;
    ended.problem(404, "not_found");
    let now = seen(&app, &client, &file).await;
    assert_eq!(now["sha256"], Sha256::of(NEW).to_string());
    assert_eq!(now["kind"], "pptx");
    assert_eq!(now["state"], "available");
    let store = &app.state.store;
    let renewed = store.find_file(file.id, &FileScope::Everything).await;
    let renewed = renewed.expect("readable").expect("there");
    let new = app.download_path(&client, &renewed).await;
    let whole = app.get(&new).by(&client).send().await.expect(200);
    assert_eq!(whole.body, NEW);

    let history = versions(&app, &ops, &file).await;
    assert_eq!(history.len(), 1);
    assert_eq!(history[0]["sha256"], file.sha256.to_string());
    assert_eq!(history[0]["kind"], "docx");
    assert!(history[0]["bytes_removed_at"].is_null());
}

#[tokio::test]
async fn a_name_that_is_changed_while_new_bytes_wait_is_not_changed_back() {
    let app = App::start().await;
    let ops = app.ops().await;
    let file = app.available(&ops, NewFile::default()).await;
    replace(&app, &ops, &file, NEW).await.expect(202);
    let path = format!("/v1/files/{}", file.id);
    let change = app.call(Method::PATCH, &path).by(&ops);
    let change = change.header("if-match", "*");
    let change = change.json(serde_json::json!({ "name": "final.docx" }));
    change.send().await.expect(200);
    assert!(judge(&app, &file, Ok(DocumentKind::Docx)).await);
    let now = seen(&app, &ops, &file).await;
    assert_eq!(now["sha256"], Sha256::of(NEW).to_string());
    assert_eq!(now["name"], "final.docx");
}

#[tokio::test]
async fn rejected_bytes_leave_the_document_as_it_is_and_its_owner_sees_why() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let file = app.available(&ops, NewFile::default()).await;
    let old = app.download_path(&client, &file).await;
    replace(&app, &ops, &file, NEW).await.expect(202);
    assert!(judge(&app, &file, Err("MACRO_ENABLED")).await);

    let seen = seen(&app, &ops, &file).await;
    assert_eq!(seen["state"], "available");
    assert_eq!(seen["sha256"], file.sha256.to_string());
    assert_eq!(seen["replacement"]["state"], "rejected");
    assert_eq!(seen["replacement"]["rejection"]["code"], "MACRO_ENABLED");
    app.get(&old).by(&client).send().await.expect(200);
    assert!(versions(&app, &ops, &file).await.is_empty());
    // A second verdict on the same bytes is none.
    assert!(!judge(&app, &file, Ok(DocumentKind::Docx)).await);
}

#[tokio::test]
async fn bytes_that_wait_are_superseded_by_the_next_ones() {
    let app = App::start().await;
    let ops = app.ops().await;
    let file = app.available(&ops, NewFile::default()).await;
    replace(&app, &ops, &file, b"a first try").await.expect(202);
    replace(&app, &ops, &file, NEW).await.expect(202);
    let history = versions(&app, &ops, &file).await;
    assert_eq!(history.len(), 1);
    assert!(history[0]["kind"].is_null(), "it was never available");
    assert!(judge(&app, &file, Ok(DocumentKind::Docx)).await);
    let now = seen(&app, &ops, &file).await;
    assert_eq!(now["sha256"], Sha256::of(NEW).to_string());
    assert_eq!(versions(&app, &ops, &file).await.len(), 2);
}

#[tokio::test]
async fn every_version_counts_as_long_as_its_bytes_are_there() {
    let app = App::start().await;
    let ops = app.ops().await;
    let file = app.available(&ops, NewFile::default()).await;
    replace(&app, &ops, &file, NEW).await.expect(202);
    assert!(judge(&app, &file, Ok(DocumentKind::Docx)).await);
    let of = UsageOf::Person(ops.id);
    let usage = app.state.store.storage_usage(of).await.expect("readable");
    // The first version was put into the store by hand.
    assert_eq!((usage.used_bytes, usage.used_files), (28, 1));
    assert_eq!(NEW.len(), 28);
    let recounted = app.state.store.compare_storage().await.expect("counted");
    let theirs = recounted.iter().find(|it| it.id == of.id()).expect("a row");
    let old = i64::try_from(NewFile::default().bytes.len()).expect("small");
    assert_eq!((theirs.counted.bytes, theirs.counted.files), (28 + old, 2));
}

#[tokio::test]
async fn other_bytes_than_were_announced_and_bytes_for_a_withdrawn_document_are_refused() {
    let app = App::start().await;
    let ops = app.ops().await;
    let file = app.available(&ops, NewFile::default()).await;
    let path = format!("/v1/files/{}/content", file.id);
    let put = || app.call(Method::PUT, &path).by(&ops);
    let digest = Sha256::of(b"something else").repr_digest();
    let other = put().header("repr-digest", &digest);
    let other = other.body("application/octet-stream", NEW).send().await;
    other.problem(400, "digest_mismatch");
    let form = put()
        .body("multipart/form-data; boundary=x", "--x--")
        .send();
    form.await.problem(415, "unsupported_media_type");
    app.call(Method::DELETE, &format!("/v1/files/{}", file.id))
        .by(&ops)
        .send()
        .await
        .expect(204);
    replace(&app, &ops, &file, NEW)
        .await
        .problem(409, "conflict");
    let blobs = app.count("blobs.files", mongodb::bson::doc! {}).await;
    assert_eq!(blobs, 1, "nothing is left of what was refused");
    assert!(seen(&app, &ops, &file).await.get("replacement").is_none());
}

#[tokio::test]
async fn an_expired_document_takes_no_bytes_that_nothing_would_remove() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let file = app.available(&ops, NewFile::default()).await;
    let path = format!("/v1/files/{}", file.id);
    let until = async |instant: &str| {
        let change = app.call(Method::PATCH, &path).by(&ops);
        let change = change.header("if-match", "*");
        let change = change.json(serde_json::json!({ "expires_at": instant }));
        change.send().await.expect(200);
    };
    until("2100-01-01T00:01:00Z").await;
    app.state.clock.advance(Duration::from_secs(60));
    let late = replace(&app, &ops, &file, NEW).await;
    late.problem(409, "conflict");
    assert!(seen(&app, &ops, &file).await.get("replacement").is_none());
    // Bytes that arrived while it expired are refused as well.
    let store = &app.state.store;
    let entry = AuditEntry::of_now(Act::ReplaceFile, &app.state.clock, &app.state.entropy);
    let replacement = Replacement {
        blob_id: BlobId::generate(&app.state.entropy, app.now()),
        sha256: Sha256::of(NEW),
        size_bytes: 28,
        name: file.name.clone(),
        job_id: JobId::generate(&app.state.entropy, app.now()),
        created_at: app.now(),
        rejection: None,
        rejected_at: None,
        bytes_removed_at: None,
    };
    let replaced = store.replace_file(file.id, &replacement, entry).await;
    assert_eq!(replaced.expect("an answer"), Replaced::Expired);

    until("2100-02-01T00:00:00Z").await;
    replace(&app, &ops, &file, NEW).await.expect(202);
    assert!(judge(&app, &file, Ok(DocumentKind::Docx)).await);
    let now = seen(&app, &client, &file).await;
    assert_eq!(now["sha256"], Sha256::of(NEW).to_string());
}

#[tokio::test]
async fn nobody_but_its_owner_can_replace_a_document() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let other = app.person("other@example.com", Role::Ops).await;
    let file = app.available(&ops, NewFile::default()).await;
    replace(&app, &client, &file, NEW)
        .await
        .problem(403, "forbidden");
    replace(&app, &other, &file, NEW)
        .await
        .problem(404, "not_found");
}
