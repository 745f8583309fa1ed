//! A volume that is full stops uploads, and not the service.

use dossier_api::config::Limits;
use dossier_api::storage_limits::StorageLimits;
use dossier_common::storage::UsageOf;
use dossier_common::user::Role;
use mongodb::bson::{DateTime, Document, doc};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use crate::harness::{
    App, FailPoint, Form, NewFile, PASSWORD, Program, Wire, eventually, migrated_database,
};

/// What a server says when its volume is full.
const OUT_OF_DISK_SPACE: i32 = 14031;

/// More than any volume has.
const BEYOND: u64 = 1 << 60;

#[tokio::test]
async fn without_the_reserve_uploads_are_refused_and_everything_else_goes_on() {
    let storage = StorageLimits {
        reserve_bytes: BEYOND,
        ..StorageLimits::default()
    };
    let app = App::with_limits(Limits {
        storage,
        ..Limits::default()
    })
    .await;
    let (ops, client) = (app.ops().await, app.client().await);
    let file = app.available(&ops, NewFile::default()).await;
    for path in ["/v1/files", "/upload-file"] {
        let form = Form::for_everyone("report.docx", b"bytes");
        let answer = app.post(path).by(&ops).form(form).send().await;
        let problem = answer.problem(507, "storage_full");
        assert_eq!(answer.header("connection"), "close");
        let detail = problem["detail"].as_str().expect("a text");
        assert!(detail.contains("operator"), "{detail}");
    }
    // Nothing was written for them.
    assert_eq!(app.count("storage_reservations", doc! {}).await, 0);
    assert_eq!(app.count("blobs.files", doc! {}).await, 1);
    app.get("/readyz").send().await.expect(200);
    app.log_in("ops@example.com", PASSWORD).await.expect(200);
    app.sign_up("ada@example.com", PASSWORD).await.expect(202);
    let path = app.download_path(&client, &file).await;
    app.get(&path).by(&client).send().await.expect(200);
}

#[tokio::test]
async fn writes_that_fail_for_space_are_told_as_such() {
    let app = App::start().await;
    let ops = app.ops().await;
    let point = FailPoint::of(&app).await;
    let fail = async |collection: &str| {
        let namespace = format!("{}.{collection}", app.database().name());
        let data = doc! {
            "failCommands": ["insert", "update", "findAndModify"],
            "errorCode": OUT_OF_DISK_SPACE, "namespace": namespace,
        };
        point.set(doc! { "times": 1 }, data).await;
    };
    for collection in [
        "storage_reservations",
        "storage_usage",
        "blobs.chunks",
        "blobs.files",
        "files",
        "apalis_jobs",
    ] {
        fail(collection).await;
        let form = Form::for_everyone("report.docx", b"bytes");
        let answer = app.post("/v1/files").by(&ops).form(form).send().await;
        point.clear().await;
        answer.problem(507, "storage_full");
    }
    fail("sign_ups").await;
    let answer = app.sign_up("ada@example.com", PASSWORD).await;
    point.clear().await;
    answer.problem(503, "unavailable");
    assert_eq!(app.count("files", doc! {}).await, 0);
    let usage = app.state.store.storage_usage(UsageOf::Everybody).await;
    let usage = usage.expect("it can be read");
    assert_eq!(usage.taken().bytes, 0, "{usage:?}");
}

/// Logs in at a process; the access token.
async fn log_in(wire: &Wire, email: &str) -> String {
    let body = json!({ "email": email, "password": PASSWORD }).to_string();
    let head = "POST /v1/auth/login HTTP/1.1\r\nContent-Type: application/json";
    let answer = wire.exchange(head, body.as_bytes()).await;
    let (_, tokens) = answer.split_once("\r\n\r\n").expect("a body");
    let tokens: Value = serde_json::from_str(tokens).expect("JSON");
    tokens["access_token"].as_str().expect("a token").to_owned()
}

#[tokio::test]
async fn the_room_of_a_process_that_is_killed_in_an_upload_is_free_when_its_lease_is_over() {
    let app = App::start().await;
    let ops = app.account("ops@example.com", Role::Ops, true).await;
    let running = Program::configured(app.uri()).start().await;
    let wire = Wire::at(&running.listens("address"));
    let token = log_in(&wire, "ops@example.com").await;
    let (content_type, body) = Form::for_everyone("report.docx", &vec![b'x'; 4_000_000]).finish();
    let length = body.len();
    let head = format!(
        "POST /v1/files HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n"
    );
    let mut stream = wire.send(&head).await;
    stream
        .write_all(&body[..3_000_000])
        .await
        .expect("it reads");
    eventually("some bytes are stored", async || {
        let pieces = app.count("blobs.chunks", doc! {}).await;
        (pieces > 0).then_some(())
    })
    .await;
    assert!(running.signal("KILL").await);
    let usage = async || {
        let usage = app.state.store.storage_usage(UsageOf::Person(ops.id)).await;
        usage.expect("it can be read")
    };
    // Another process cannot tell yet whether it still runs.
    dossier_api::storage_upkeep::keep_up(&app.state).await;
    assert_eq!(usage().await.held_bytes(), length as u64);
    let rows = app
        .database()
        .collection::<Document>("storage_reservations");
    let past = doc! { "$set": { "until": DateTime::from_millis(0) } };
    let changed = rows.update_one(doc! {}, past).await;
    assert_eq!(changed.expect("it can be changed").modified_count, 1);
    dossier_api::storage_upkeep::keep_up(&app.state).await;
    assert_eq!(usage().await.taken().bytes, 0);
    for collection in ["storage_reservations", "blobs.chunks", "blobs.files"] {
        assert_eq!(app.count(collection, doc! {}).await, 0, "{collection}");
    }
}

#[tokio::test]
async fn the_figures_of_the_storage_are_served() {
    let database = migrated_database().await;
    let running = Program::configured(database.uri())
        .variable("STORAGE_RESERVE_BYTES", "4096")
        .variable("TOTAL_QUOTA_BYTES", "1000000")
        .start()
        .await;
    let operators = Wire::at(&running.listens("metrics"));
    let page = eventually("the figures are served", async || {
        let page = operators.exchange("GET /metrics HTTP/1.1", b"").await;
        page.contains("dossier_storage_used_bytes 0")
            .then_some(page)
    })
    .await;
    for line in [
        "dossier_storage_reserve_bytes 4096",
        "dossier_storage_quota_bytes 1000000",
        "# HELP dossier_storage_free_bytes ",
    ] {
        assert!(page.contains(line), "{line}: {page}");
    }
    let free = page
        .lines()
        .find_map(|line| line.strip_prefix("dossier_storage_free_bytes "));
    let free: f64 = free.expect("it is served").parse().expect("a number");
    assert!(free > 0.0, "{free}");
    running.stop().await;
}
