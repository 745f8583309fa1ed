//! The list of the FastAPI generation: every checked document, however many there are, and no other.

use axum::http::Method;
use dossier_common::file::File;
use dossier_common::id::FileId;
use mongodb::bson::doc;
use serde_json::Value;

use crate::harness::{App, FailPoint, NewFile, Person, Wire};

/// More than two pages of what is read at a time.
const MANY: usize = 1203;

async fn listed(app: &App, who: &Person) -> Vec<Value> {
    let answer = app.get("/files").by(who).send().await.expect(200);
    assert_eq!(answer.header("content-type"), "application/json");
    let list = answer.json();
    list.as_array().expect("an array").clone()
}

fn ids(list: &[Value]) -> Vec<String> {
    let ids = list.iter().map(|it| it["id"].as_str().expect("an id"));
    ids.map(str::to_owned).collect()
}

/// `count` documents in all, of which one has bytes; their ids, newest first.
async fn available(app: &App, ops: &Person, count: usize) -> Vec<String> {
    let first = app.available(ops, NewFile::default()).await;
    let files = app.database().collection::<File>("files");
    let stored = files.find_one(doc! { "_id": first.id }).await;
    let stored = stored.expect("it can be read").expect("it is there");
    let copies = (1..count).map(|_| File {
        id: FileId::generate(&app.state.entropy, app.now()),
        ..stored.clone()
    });
    let copies: Vec<File> = copies.collect();
    let mut ids: Vec<String> = copies.iter().map(|it| it.id.to_string()).collect();
    if !copies.is_empty() {
        files.insert_many(copies).await.expect("they can be stored");
    }
    ids.push(first.id.to_string());
    ids.sort_unstable_by(|one, other| other.cmp(one));
    ids
}

#[tokio::test]
async fn all_documents_are_listed_newest_first_however_many_there_are() {
    for count in [0, 1, 500, 501, MANY] {
        let app = App::start().await;
        let (client, ops) = (app.client().await, app.ops().await);
        let expected = match count {
            0 => Vec::new(),
            count => available(&app, &ops, count).await,
        };
        for who in [&client, &ops] {
            assert_eq!(ids(&listed(&app, who).await), expected, "{count}");
        }
    }
}

#[tokio::test]
async fn only_checked_documents_are_listed_to_whomever() {
    let app = App::start().await;
    let (client, ops, admin) = (app.client().await, app.ops().await, app.admin().await);
    let file = app.available(&ops, NewFile::default()).await;
    app.received(&ops, NewFile::default()).await;
    let rejected = app.received(&ops, NewFile::default()).await;
    app.record_verdict(&rejected, Err("NOT_OPC")).await;
    for who in [&client, &ops, &admin] {
        let list = listed(&app, who).await;
        assert_eq!(ids(&list), [file.id.to_string()], "{}", who.email);
        assert_eq!(list[0]["filename"], "report.docx");
        assert_eq!(list[0]["uploaded_at"], "2100-01-01T00:00:00.000Z");
        assert_eq!(list[0].as_object().expect("an object").len(), 3);
    }
}

#[tokio::test]
async fn what_was_taken_back_is_listed_to_nobody_until_it_is_restored() {
    let app = App::start().await;
    let (client, ops, admin) = (app.client().await, app.ops().await, app.admin().await);
    let file = app.available(&ops, NewFile::default()).await;
    let path = format!("/v1/files/{}", file.id);
    let withdrawn = app.call(Method::DELETE, &path).by(&ops).send().await;
    withdrawn.expect(204);
    for who in [&client, &ops, &admin] {
        assert!(listed(&app, who).await.is_empty(), "{}", who.email);
    }
    let restored = app.post(&format!("{path}/restore")).by(&ops).send().await;
    restored.expect(200);
    for who in [&client, &ops, &admin] {
        let list = listed(&app, who).await;
        assert_eq!(ids(&list), [file.id.to_string()], "{}", who.email);
    }
}

#[tokio::test]
async fn a_list_that_breaks_off_does_not_look_like_a_whole_one() {
    let app = App::start().await;
    let (ops, wire) = (app.ops().await, Wire::serve(&app).await);
    available(&app, &ops, MANY).await;
    let point = FailPoint::of(&app).await;
    let namespace = format!("{}.files", app.database().name());
    let data = doc! { "failCommands": ["find"], "namespace": namespace, "errorCode": 8000 };
    point.set(doc! { "skip": 1 }, data).await;
    let head = format!("GET /files HTTP/1.1\r\nAuthorization: Bearer {}", ops.token);
    let answer = wire.exchange(&head, b"").await;
    point.clear().await;
    assert!(!answer.contains(']'), "the array has an end");
    assert!(!answer.ends_with("0\r\n\r\n"), "the body has an end");
    let answer = wire.exchange(&head, b"").await;
    assert!(answer.ends_with("]\r\n0\r\n\r\n"), "the whole list");
}
