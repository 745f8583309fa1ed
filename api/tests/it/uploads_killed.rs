//! A process that is killed costs an upload the bytes that were just on their way, and leaves nothing behind.

use dossier_common::digest::Sha256;
use dossier_common::user::Role;
use mongodb::bson::{Document, doc};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use crate::harness::{
    App, PASSWORD, PUBLIC_URL, Parsed, Program, Running, Wire, bytes_of, eventually, for_everyone,
};

const MIB: usize = 1024 * 1024;

fn wire(running: &Running) -> Wire {
    Wire::at(&running.listens("address"))
}

async fn log_in(running: &Running, email: &str) -> String {
    let body = json!({ "email": email, "password": PASSWORD }).to_string();
    let head = "POST /v1/auth/login HTTP/1.1\r\nContent-Type: application/json";
    let answer = wire(running).exchange(head, body.as_bytes()).await;
    let answer = Parsed::of(&answer);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let tokens: Value = serde_json::from_str(&answer.body).expect("JSON");
    tokens["access_token"].as_str().expect("a token").to_owned()
}

/// The head of a request about an upload, without its end.
fn head(method: &str, path: &str, token: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nAuthorization: Bearer {token}\r\nTus-Resumable: 1.0.0")
}

fn patch(path: &str, token: &str, offset: usize) -> String {
    format!(
        "{}\r\nUpload-Offset: {offset}\r\nContent-Type: application/offset+octet-stream",
        head("PATCH", path, token)
    )
}

#[tokio::test]
async fn an_upload_goes_on_at_another_process_after_its_own_was_killed() {
    let app = App::start().await;
    app.account("ops@example.com", Role::Ops, true).await;
    let first = Program::configured(app.uri()).start().await;
    let second = Program::configured(app.uri()).start().await;
    let token = log_in(&first, "ops@example.com").await;
    let bytes = bytes_of(12 * MIB);
    let begin = format!(
        "{}\r\nUpload-Length: {}\r\nUpload-Metadata: {}",
        head("POST", "/v1/uploads", &token),
        bytes.len(),
        for_everyone()
    );
    let begun = Parsed::of(&wire(&first).exchange(&begin, b"").await);
    assert_eq!(begun.status, 201, "{}", begun.body);
    // Heads are read in lower case; ids are in upper case.
    let rows = app.database().collection::<Document>("uploads");
    let row = rows
        .find_one(doc! {})
        .await
        .expect("readable")
        .expect("one");
    let path = format!("/v1/uploads/{}", row.get_str("_id").expect("an id"));
    let location = format!("{PUBLIC_URL}{path}").to_lowercase();
    assert_eq!(begun.header("location"), Some(&*location));
    let sending = format!(
        "{}\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n",
        patch(&path, &token, 0),
        bytes.len()
    );
    let mut stream = wire(&first).send(&sending).await;
    stream
        .write_all(&bytes[..10 * MIB])
        .await
        .expect("it reads");
    eventually("a part counts", async || {
        let some = doc! { "offset_bytes": { "$gt": 0 } };
        (app.count("uploads", some).await == 1).then_some(())
    })
    .await;
    assert!(first.signal("KILL").await);
    let told = wire(&second)
        .exchange(&head("HEAD", &path, &token), b"")
        .await;
    let told = Parsed::of(&told);
    assert_eq!(told.status, 200, "{}", told.head);
    let offset: usize = told
        .header("upload-offset")
        .expect("it")
        .parse()
        .expect("one");
    assert!((8 * MIB..10 * MIB).contains(&offset), "{offset}");
    drop(stream);
    let rest = patch(&path, &token, offset);
    let last = wire(&second).exchange(&rest, &bytes[offset..]).await;
    let last = Parsed::of(&last);
    assert_eq!(last.status, 204, "{}", last.body);
    let digest = doc! { "sha256": Sha256::of(&bytes).to_string() };
    assert_eq!(app.count("files", digest).await, 1);
    // What the killed process had begun to write is removed when its lease is over.
    app.expire_uploads().await;
    assert_eq!(app.count("storage_reservations", doc! {}).await, 0);
    assert_eq!(app.count("blobs.files", doc! {}).await, 1);
    let files = app.database().collection::<Document>("files");
    let file = files
        .find_one(doc! {})
        .await
        .expect("readable")
        .expect("one");
    let others = doc! { "files_id": { "$ne": file.get_str("blob_id").expect("an id") } };
    assert_eq!(app.count("blobs.chunks", others).await, 0);
}
