//! Quotas: no number of uploads at once exceeds one, and what does not become a document costs nothing.

use std::time::Duration;

use dossier_api::config::Limits;
use dossier_api::storage_limits::StorageLimits;
use dossier_common::digest::Sha256;
use dossier_common::file::File;
use dossier_common::storage::{Quota, StorageUsage, UsageOf};
use dossier_common::user::Role;
use mongodb::bson::doc;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use crate::harness::{Answer, App, Call, Form, Parsed, Person, Wire, eventually, read_to_end};

/// The service with quotas, of a person and of all.
async fn app(of_person: Quota, of_all: Quota) -> App {
    let storage = StorageLimits {
        of_person,
        of_all,
        reserve_bytes: 0,
    };
    App::with_limits(Limits {
        upload_idle: Duration::from_secs(5),
        storage,
        ..Limits::default()
    })
    .await
}

fn bytes(bytes: u64) -> Quota {
    Quota {
        bytes: Some(bytes),
        files: None,
    }
}

/// An upload of so many bytes, whose length is announced.
fn call(app: &App, ops: &Person, size: usize) -> Call {
    let (content_type, body) = Form::for_everyone("report.docx", &vec![b'x'; size]).finish();
    let length = body.len().to_string();
    let call = app.post("/v1/files").by(ops);
    call.header("content-length", &length)
        .body(&content_type, body)
}

async fn upload(app: &App, ops: &Person, size: usize) -> Answer {
    call(app, ops, size).send().await
}

async fn usage(app: &App, of: UsageOf) -> StorageUsage {
    let usage = app.state.store.storage_usage(of).await;
    usage.expect("it can be read")
}

/// What is stored, as the caller is told.
async fn told(app: &App, ops: &Person) -> Value {
    let answer = app.get("/v1/me/storage").by(ops).send().await;
    answer.expect(200).json()
}

/// Nothing is reserved, and nothing is stored that is not counted.
async fn assert_counted(app: &App, of: UsageOf, files: i64, bytes: i64) {
    let usage = usage(app, of).await;
    assert!(usage.held.is_empty(), "{usage:?}");
    assert_eq!((usage.used_files, usage.used_bytes), (files, bytes));
    assert_eq!(app.count("storage_reservations", doc! {}).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_uploads_at_the_edge_of_a_quota_one_is_accepted() {
    let app = app(bytes(1_000_000), Quota::default()).await;
    for round in 0..25 {
        let email = format!("ops{round}@example.com");
        let ops = app.person(&email, Role::Ops).await;
        let answers = tokio::join!(upload(&app, &ops, 600_000), upload(&app, &ops, 600_000));
        let (accepted, refused) = match answers {
            (first, second) if first.status == 202 => (first, second),
            (first, second) => (second, first),
        };
        accepted.expect(202);
        let problem = refused.problem(507, "quota_exceeded");
        let detail = problem["detail"].as_str().expect("a text");
        assert!(detail.contains("1000000 bytes"), "{detail}");
        assert_eq!(refused.header("connection"), "close");
        assert_eq!(refused.header("retry-after"), "");
        assert_counted(&app, UsageOf::Person(ops.id), 1, 600_000).await;
    }
    assert_counted(&app, UsageOf::Everybody, 25, 15_000_000).await;
    assert_eq!(app.count("blobs.files", doc! {}).await, 25);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_uploads_at_once_exceed_a_quota_by_no_byte_and_the_rest_of_it_can_be_used() {
    let app = app(bytes(10_000), Quota::default()).await;
    let ops = app.ops().await;
    let uploads: Vec<_> = (0..100)
        .map(|_| tokio::spawn(call(&app, &ops, 1000).send()))
        .collect();
    let mut accepted = 0;
    for upload in uploads {
        let answer = upload.await.expect("no panic");
        match answer.status.as_u16() {
            202 => accepted += 1,
            _ => drop(answer.problem(507, "quota_exceeded")),
        }
    }
    assert!((1..=10).contains(&accepted), "{accepted}");
    assert_counted(&app, UsageOf::Person(ops.id), accepted, accepted * 1000).await;
    while accepted < 10 {
        upload(&app, &ops, 1000).await.expect(202);
        accepted += 1;
    }
    let refused = upload(&app, &ops, 1).await;
    refused.problem(507, "quota_exceeded");
    upload(&app, &ops, 0).await.expect(202);
    assert_counted(&app, UsageOf::Person(ops.id), 11, 10_000).await;
}

#[tokio::test]
async fn a_quota_of_documents_counts_them_and_is_told_to_their_owner() {
    let quota = Quota {
        bytes: Some(100),
        files: Some(2),
    };
    let app = app(quota, Quota::default()).await;
    let ops = app.ops().await;
    let expected = |files: u64, bytes: u64| {
        json!({
            "used_bytes": bytes, "used_files": files, "quota_bytes": 100, "quota_files": 2,
        })
    };
    assert_eq!(told(&app, &ops).await, expected(0, 0));
    for files in 1..=2 {
        upload(&app, &ops, 10).await.expect(202);
        assert_eq!(told(&app, &ops).await, expected(files, files * 10));
    }
    let problem = upload(&app, &ops, 10).await.problem(507, "quota_exceeded");
    let detail = problem["detail"].as_str().expect("a text");
    assert!(detail.contains("2 documents"), "{detail}");
    // What others have stored is not shown, and does not count.
    let other = app.person("other@example.com", Role::Ops).await;
    assert_eq!(told(&app, &other).await, expected(0, 0));
    upload(&app, &other, 10).await.expect(202);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_quota_of_all_says_nothing_about_others() {
    let app = app(Quota::default(), bytes(1_000_000)).await;
    let (one, two) = (
        app.ops().await,
        app.person("two@example.com", Role::Ops).await,
    );
    let answers = tokio::join!(upload(&app, &one, 600_000), upload(&app, &two, 600_000));
    let mut statuses = [answers.0.status.as_u16(), answers.1.status.as_u16()];
    statuses.sort();
    assert_eq!(statuses, [202, 507]);
    let refused = match answers.0.status.as_u16() {
        507 => answers.0,
        _ => answers.1,
    };
    let problem = refused.problem(507, "storage_full");
    let detail = problem["detail"].as_str().expect("a text");
    assert!(!detail.contains(|c: char| c.is_ascii_digit()), "{detail}");
    assert_counted(&app, UsageOf::Everybody, 1, 600_000).await;
}

#[tokio::test]
async fn an_upload_that_is_refused_or_sent_twice_gives_its_room_back() {
    let app = app(bytes(1_000_000), Quota::default()).await;
    let ops = app.ops().await;
    let digest = Sha256::of(b"other bytes").repr_digest();
    let wrong = call(&app, &ops, 700_000).header("repr-digest", &digest);
    wrong.send().await.problem(400, "digest_mismatch");
    assert_counted(&app, UsageOf::Person(ops.id), 0, 0).await;
    let form = Form::file("a.docx", &[b'x'; 700_000]).and("recipients", "nobody");
    let malformed = app.post("/v1/files").by(&ops).form(form).send().await;
    malformed.problem(422, "invalid_fields");
    assert_counted(&app, UsageOf::Person(ops.id), 0, 0).await;
    for _ in 0..3 {
        let again = call(&app, &ops, 400_000).header("idempotency-key", "once");
        again.send().await.expect(202);
        assert_counted(&app, UsageOf::Person(ops.id), 1, 400_000).await;
    }
}

#[tokio::test]
async fn an_upload_that_is_sent_again_needs_no_room() {
    let app = app(bytes(500_000), Quota::default()).await;
    let ops = app.ops().await;
    let send = || {
        let call = call(&app, &ops, 400_000);
        call.header("idempotency-key", "once").send()
    };
    let first = send().await.expect(202);
    call(&app, &ops, 400_000)
        .send()
        .await
        .problem(507, "quota_exceeded");
    let again = send().await.expect(202);
    assert_eq!(first.body, again.body);
    assert_counted(&app, UsageOf::Person(ops.id), 1, 400_000).await;
}

#[tokio::test]
async fn an_upload_whose_client_goes_away_gives_its_room_back() {
    let app = app(bytes(8_000_000), Quota::default()).await;
    let (ops, wire) = (app.ops().await, Wire::serve(&app).await);
    let (content_type, body) = Form::for_everyone("report.docx", &vec![b'x'; 6_000_000]).finish();
    let head = |length: &str| {
        let token = &ops.token;
        format!(
            "POST /v1/files HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: {content_type}\r\n{length}\r\n\r\n"
        )
    };
    let announced = format!("Content-Length: {}", body.len());
    for _ in 0..2 {
        let mut stream = wire.send(&head(&announced)).await;
        stream
            .write_all(&body[..3_000_000])
            .await
            .expect("it reads");
        eventually("some bytes are stored", async || {
            let pieces = app.count("blobs.chunks", doc! {}).await;
            (pieces > 0).then_some(())
        })
        .await;
        let held = usage(&app, UsageOf::Person(ops.id)).await.held_bytes();
        assert_eq!(held, body.len() as u64);
        drop(stream);
        eventually("the room is given back", async || {
            let usage = usage(&app, UsageOf::Person(ops.id)).await;
            usage.held.is_empty().then_some(())
        })
        .await;
        assert_eq!(app.count("blobs.chunks", doc! {}).await, 0);
    }
}

#[tokio::test]
async fn a_body_of_unknown_length_is_refused_as_soon_as_it_goes_beyond() {
    let app = app(bytes(300_000), Quota::default()).await;
    let (ops, wire) = (app.ops().await, Wire::serve(&app).await);
    for (size, status) in [(300_001, 507), (300_000, 202), (1, 507)] {
        let (content_type, body) = Form::for_everyone("report.docx", &vec![b'x'; size]).finish();
        let token = &ops.token;
        let head = format!(
            "POST /v1/files HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
             Connection: close\r\nContent-Type: {content_type}\r\n\
             Transfer-Encoding: chunked\r\n\r\n{:x}\r\n",
            body.len()
        );
        let mut stream = wire.send(&head).await;
        stream.write_all(&body).await.expect("it reads");
        stream.write_all(b"\r\n0\r\n\r\n").await.expect("it reads");
        let answer = Parsed::of(&read_to_end(&mut stream).await);
        assert_eq!(answer.status, status, "{size}: {}", answer.body);
        if status == 507 {
            answer.assert_problem(507, "quota_exceeded");
        }
    }
    assert_counted(&app, UsageOf::Person(ops.id), 1, 300_000).await;
}

#[tokio::test]
async fn a_document_that_certainly_does_not_fit_is_refused_before_its_bytes_are_sent() {
    let app = app(bytes(300_000), Quota::default()).await;
    let (ops, wire) = (app.ops().await, Wire::serve(&app).await);
    let token = &ops.token;
    let head = format!(
        "POST /v1/files HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: multipart/form-data; boundary=x\r\nExpect: 100-continue\r\n\
         Content-Length: 900000\r\n\r\n"
    );
    let mut stream = wire.send(&head).await;
    let answer = Parsed::of(&read_to_end(&mut stream).await);
    answer.assert_problem(507, "quota_exceeded");
    assert_counted(&app, UsageOf::Person(ops.id), 0, 0).await;
}

#[tokio::test]
async fn a_rejected_document_counts_as_long_as_its_bytes_are_kept() {
    let app = app(bytes(1000), Quota::default()).await;
    let ops = app.ops().await;
    upload(&app, &ops, 600).await.expect(202);
    let files = app.database().collection::<File>("files");
    let file = files.find_one(doc! {}).await.expect("readable");
    let file = file.expect("it is there");
    app.record_verdict(&file, Err("NOT_OFFICE")).await;
    assert_eq!(told(&app, &ops).await["used_bytes"], 600);
    upload(&app, &ops, 600).await.problem(507, "quota_exceeded");
    // An operator removes it, with its bytes.
    let removed = files.delete_one(doc! { "_id": file.id }).await;
    assert_eq!(removed.expect("it can be removed").deleted_count, 1);
    let deleted = app.state.store.delete_blob(file.blob_id).await;
    deleted.expect("they can be removed");
    let recounted = app.state.store.recount_storage().await;
    recounted.expect("it can count");
    assert_counted(&app, UsageOf::Person(ops.id), 0, 0).await;
    upload(&app, &ops, 600).await.expect(202);
}

#[test]
fn what_may_fail_for_want_of_room_says_so_in_the_description() {
    let description = serde_json::to_value(dossier_api::router::openapi()).expect("JSON");
    for path in ["/v1/files", "/upload-file"] {
        let answer = &description["paths"][path]["post"]["responses"]["507"];
        let reference = answer["$ref"].as_str().expect("a reference");
        let name = reference.rsplit('/').next().expect("a name");
        assert_eq!(name, "QuotaExceededOrStorageFull", "{path}");
    }
    let list = &description["paths"]["/v1/files"]["get"]["responses"];
    assert!(list["507"].is_null(), "{list}");
}
