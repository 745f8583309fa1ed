//! Requests with one key at the same time, and those that fail.

use std::time::Duration;

use dossier_api::config::Limits;
use dossier_common::digest::Sha256;
use dossier_common::file::{DocumentKind, File};
use futures_util::future::join_all;
use mongodb::bson::{DateTime, doc};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::harness::{Answer, App, Call, Form, Parsed, Person, Wire, eventually, read_to_end};

fn form() -> Form {
    Form::for_everyone("report.docx", b"bytes")
}

fn call(app: &App, ops: &Person, key: &str) -> Call {
    let call = app.post("/v1/files").by(ops);
    call.header("idempotency-key", key).form(form())
}

async fn upload(app: &App, ops: &Person, key: &str) -> Answer {
    call(app, ops, key).send().await
}

/// Sends all of an upload but its last bytes, which it returns; its key is claimed then.
async fn begin(app: &App, wire: &Wire, ops: &Person, key: &str) -> (TcpStream, Vec<u8>) {
    let (content_type, body) = form().finish();
    let (token, length) = (&ops.token, body.len());
    let head = format!(
        "POST /v1/files HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
         Idempotency-Key: {key}\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n"
    );
    let mut stream = wire.send(&head).await;
    let (first, last) = body.split_at(length - 20);
    stream.write_all(first).await.expect("it reads");
    eventually("the key is claimed", async || {
        (app.count("idempotency_keys", doc! {}).await == 1).then_some(())
    })
    .await;
    (stream, last.to_vec())
}

async fn no_key_is_claimed(app: &App) {
    eventually("no key is claimed", async || {
        (app.count("idempotency_keys", doc! {}).await == 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn while_the_first_request_is_under_way_others_are_told_to_wait() {
    let app = App::start().await;
    let (ops, wire) = (app.ops().await, Wire::serve(&app).await);
    let (mut stream, last) = begin(&app, &wire, &ops, "key").await;
    let waiting = upload(&app, &ops, "key").await;
    waiting.problem(409, "conflict");
    assert_eq!(waiting.header("retry-after"), "5");
    assert_eq!(waiting.header("connection"), "close");
    upload(&app, &ops, "another").await.expect(202);
    stream.write_all(&last).await.expect("it reads");
    let first = Parsed::of(&read_to_end(&mut stream).await);
    assert_eq!(first.status, 202, "{}", first.body);
    let again = upload(&app, &ops, "key").await.expect(202);
    assert_eq!(again.text(), first.body);
    assert_eq!(
        Some(again.header("location").to_lowercase()).as_deref(),
        first.header("location")
    );
    assert_eq!(app.count("files", doc! {}).await, 2);
}

#[tokio::test]
async fn a_key_of_a_process_that_died_is_free_when_its_lease_is_over() {
    let app = App::start().await;
    let (ops, wire) = (app.ops().await, Wire::serve(&app).await);
    let (mut stream, last) = begin(&app, &wire, &ops, "key").await;
    // As if nobody had renewed it.
    let claims = app
        .database()
        .collection::<mongodb::bson::Document>("idempotency_keys");
    let over = doc! { "$set": { "expire_at": DateTime::from_millis(0) } };
    claims.update_many(doc! {}, over).await.expect("ok");
    let second = upload(&app, &ops, "key").await.expect(202);
    // The first one was alive after all: one document all the same.
    stream.write_all(&last).await.expect("it reads");
    let first = Parsed::of(&read_to_end(&mut stream).await);
    assert_eq!(first.status, 202, "{}", first.body);
    assert_eq!(first.body, second.text());
    assert_eq!(app.count("files", doc! {}).await, 1);
    assert_eq!(app.count("idempotency_keys", doc! {}).await, 1);
}

#[tokio::test]
async fn a_request_that_fails_leaves_its_key_usable() {
    let limits = Limits {
        upload_bytes: 1000,
        ..Limits::default()
    };
    let app = App::with_limits(limits).await;
    let (ops, wire) = (app.ops().await, Wire::serve(&app).await);
    let attempt = |form: Form| {
        let call = app.post("/v1/files").by(&ops);
        call.header("idempotency-key", "key").form(form).send()
    };
    let too_large = attempt(Form::for_everyone("report.docx", &[b'x'; 1001])).await;
    too_large.problem(413, "payload_too_large");
    let unknown = attempt(form().and("recipient", "ada@example.com")).await;
    unknown.problem(422, "invalid_fields");
    let digest = Sha256::of(b"other bytes").repr_digest();
    let other = call(&app, &ops, "key")
        .header("repr-digest", &digest)
        .send()
        .await;
    other.problem(400, "digest_mismatch");
    assert_eq!(app.count("idempotency_keys", doc! {}).await, 0);
    let (stream, _) = begin(&app, &wire, &ops, "key").await;
    drop(stream);
    no_key_is_claimed(&app).await;
    upload(&app, &ops, "key").await.expect(202);
    assert_eq!(app.count("files", doc! {}).await, 1);
}

#[tokio::test]
async fn twenty_requests_at_once_make_one_document() {
    let app = App::start().await;
    let ops = app.ops().await;
    let answers = join_all((0..20).map(|_| upload(&app, &ops, "key"))).await;
    let (done, waiting): (Vec<_>, Vec<_>) = answers.iter().partition(|it| it.status == 202);
    for answer in waiting {
        answer.problem(409, "conflict");
        assert_ne!(answer.header("retry-after"), "");
    }
    let first = done.first().expect("one is stored");
    assert!(done.iter().all(|it| it.body == first.body));
    for collection in ["files", "idempotency_keys", "blobs.files", "apalis_jobs"] {
        assert_eq!(app.count(collection, doc! {}).await, 1, "{collection}");
    }
}

#[tokio::test]
async fn the_first_answer_comes_again_whatever_became_of_the_document() {
    let app = App::start().await;
    let ops = app.ops().await;
    let first = upload(&app, &ops, "key").await.expect(202);
    let files = app.database().collection::<File>("files");
    let file = files.find_one(doc! {}).await.expect("ok").expect("there");
    app.record_verdict(&file, Ok(DocumentKind::Docx)).await;
    let again = upload(&app, &ops, "key").await.expect(202);
    assert_eq!(first.body, again.body);
    assert_eq!(again.json()["state"], "received");
}

#[tokio::test]
async fn a_process_that_died_before_it_answered_has_its_answer_given_by_the_next() {
    let app = App::start().await;
    let ops = app.ops().await;
    let first = upload(&app, &ops, "key").await.expect(202);
    let keys = app
        .database()
        .collection::<mongodb::bson::Document>("idempotency_keys");
    let without = doc! { "$unset": { "answer": "" } };
    keys.update_many(doc! {}, without).await.expect("ok");
    let second = upload(&app, &ops, "key").await.expect(202);
    assert_eq!(second.json()["id"], first.json()["id"]);
    assert_eq!(
        upload(&app, &ops, "key").await.expect(202).body,
        second.body
    );
    assert_eq!(app.count("files", doc! {}).await, 1);
}

#[tokio::test]
async fn a_key_is_forgotten_after_24_hours() {
    let app = App::start().await;
    let mut ops = app.ops().await;
    let first = upload(&app, &ops, "key").await.expect(202).json();
    app.state
        .clock
        .advance(Duration::from_secs(24 * 60 * 60 - 1));
    ops.token = app.mint(ops.id, ops.session);
    let again = upload(&app, &ops, "key").await.expect(202).json();
    assert_eq!(again["id"], first["id"]);
    app.state.clock.advance(Duration::from_secs(1));
    let new = upload(&app, &ops, "key").await.expect(202).json();
    assert_ne!(new["id"], first["id"]);
    assert_eq!(app.count("files", doc! {}).await, 2);
}
