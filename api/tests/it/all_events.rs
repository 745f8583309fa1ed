//! Everybody is told of the documents that they may see, also by another process after a break.

use axum::http::Method;
use dossier_common::file::{DocumentKind, File};
use dossier_common::user::Role;
use mongodb::bson::{Document, doc};
use serde_json::{Value, json};

use crate::harness::{App, Call, Events, NewFile, Person};

const EVENTS: &str = "/v1/events";

async fn listen(app: &App, person: &Person) -> Events {
    let mut events = app.get(EVENTS).by(person).listen().await;
    events.wait_for("ready").await;
    events
}

fn meant_for<'a>(name: &'a str, email: &str) -> NewFile<'a> {
    NewFile {
        name,
        recipients: Some(vec![email.to_owned()]),
        ..NewFile::default()
    }
}

/// The next event, which is a document's.
async fn told(events: &mut Events) -> Value {
    let (name, data) = events.next().await.expect("an event");
    assert_eq!(name, "file", "{data}");
    data
}

/// The next document that is told, those of `seen` aside: a document that was changed twice may have been told as it
/// was after both at the first of them, and after a break is so once more.
async fn told_beside(events: &mut Events, seen: &[String]) -> Value {
    loop {
        let data = told(events).await;
        if !seen.iter().any(|id| data["id"] == *id) {
            return data;
        }
    }
}

async fn change(app: &App, file: &File, change: Document) {
    let files = app.database().collection::<Document>("files");
    let id = file.id.to_string();
    let changed = files.update_one(doc! { "_id": id }, change).await;
    assert_eq!(changed.expect("it can be").modified_count, 1);
}

#[tokio::test]
async fn clients_are_told_of_what_becomes_available_to_them_and_of_nothing_else() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let stranger = app.person("stranger@example.com", Role::Client).await;
    let (mut of_client, mut of_stranger) =
        (listen(&app, &client).await, listen(&app, &stranger).await);
    let bad = app
        .received(&ops, meant_for("bad.docx", "client@example.com"))
        .await;
    app.record_verdict(&bad, Err("MACRO_ENABLED")).await;
    let file = app
        .available(&ops, meant_for("plan.docx", "client@example.com"))
        .await;
    let first = told(&mut of_client).await;
    assert_eq!(first["id"], file.id.to_string());
    let shown = app.get(&format!("/v1/files/{}", file.id)).by(&client);
    assert_eq!(first, shown.send().await.expect(200).json());
    // What comes after all of that is the first that a stranger hears.
    let everybody = app.available(&ops, NewFile::default()).await;
    for events in [&mut of_client, &mut of_stranger] {
        assert_eq!(told(events).await["id"], everybody.id.to_string());
    }
}

#[tokio::test]
async fn ops_are_told_of_their_own_from_the_upload_on_and_of_jobs_that_die() {
    let app = App::start().await;
    let ops = app.ops().await;
    let other = app.person("other-ops@example.com", Role::Ops).await;
    let mut events = listen(&app, &ops).await;
    app.available(&other, NewFile::default()).await;
    let file = app.received(&ops, NewFile::default()).await;
    let first = told(&mut events).await;
    assert_eq!(
        (&first["id"], &first["state"]),
        (&json!(file.id.to_string()), &json!("received"))
    );
    app.job_dies(&file.job_id.to_string(), "INTERNAL: the inspector failed")
        .await;
    assert_eq!(told(&mut events).await["state"], "failed");
    let next = app.received(&ops, NewFile::default()).await;
    assert_eq!(told(&mut events).await["id"], next.id.to_string());
    app.record_verdict(&next, Ok(DocumentKind::Docx)).await;
    let last = told(&mut events).await;
    assert_eq!(
        (&last["id"], &last["state"]),
        (&json!(next.id.to_string()), &json!("available"))
    );
}

#[tokio::test]
async fn after_a_break_another_process_tells_what_was_missed() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let mut events = listen(&app, &client).await;
    let before = app.available(&ops, NewFile::default()).await;
    assert_eq!(told(&mut events).await["id"], before.id.to_string());
    let last = events.last_id.clone().expect("an id");
    drop(events);
    let mut missed = Vec::new();
    for _ in 0..3 {
        missed.push(app.available(&ops, NewFile::default()).await.id.to_string());
    }
    let (_other, router) = app.replica().await;
    let again = Call::to(&router, Method::GET, EVENTS).by(&client);
    let mut events = again.header("last-event-id", &last).listen().await;
    let mut seen = vec![before.id.to_string()];
    for id in missed {
        assert_eq!(told_beside(&mut events, &seen).await["id"], json!(id));
        seen.push(id);
    }
    let after = app.available(&ops, NewFile::default()).await;
    let next = told_beside(&mut events, &seen).await;
    assert_eq!(next["id"], after.id.to_string());
    seen.push(after.id.to_string());
    // Once more, and back to the first process, from the middle.
    let last = events.last_id.clone().expect("an id");
    let again = app.get(EVENTS).by(&client).header("last-event-id", &last);
    let mut events = again.listen().await;
    let newest = app.available(&ops, NewFile::default()).await;
    let next = told_beside(&mut events, &seen).await;
    assert_eq!(next["id"], newest.id.to_string());
}

#[tokio::test]
async fn a_place_that_is_forgotten_or_was_made_up_is_told_to_list_anew() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    app.available(&ops, NewFile::default()).await;
    for made_up in ["820000000100000001", "not an id", "82"] {
        let call = app.get(EVENTS).by(&client).header("last-event-id", made_up);
        let mut events = call.listen().await;
        let (name, told_first) = events.next().await.expect("an event");
        assert_eq!(name, "reset", "{made_up}");
        let detail = told_first["detail"].as_str().expect("a detail");
        assert!(detail.contains("GET /v1/files"), "{detail}");
        // It goes on from there.
        let file = app.available(&ops, NewFile::default()).await;
        assert_eq!(told(&mut events).await["id"], file.id.to_string());
    }
}

#[tokio::test]
async fn whoever_is_meant_no_more_is_told_that_it_is_gone_and_of_no_later_change() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    // One that was there before, and one that is told.
    let old = app
        .available(&ops, meant_for("old.docx", "client@example.com"))
        .await;
    let mut events = listen(&app, &client).await;
    let new = app
        .available(&ops, meant_for("new.docx", "client@example.com"))
        .await;
    assert_eq!(told(&mut events).await["name"], "new.docx");
    for file in [&old, &new] {
        let others = doc! { "$set": { "recipients": ["somebody.else@example.com"] } };
        change(&app, file, others).await;
        let gone = events.next().await.expect("an event");
        assert_eq!(
            gone,
            ("gone".to_owned(), json!({ "id": file.id.to_string() }))
        );
        change(&app, file, doc! { "$set": { "name": "secret.docx" } }).await;
    }
    let last = app.available(&ops, NewFile::default()).await;
    assert_eq!(told(&mut events).await["id"], last.id.to_string());
}

#[tokio::test]
async fn a_change_that_nobody_sees_is_not_told() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let mut events = listen(&app, &client).await;
    let file = app.available(&ops, NewFile::default()).await;
    assert_eq!(told(&mut events).await["name"], "report.docx");
    let inside = doc! { "$set": { "inspection": { "rules_version": 2, "facts": {} } } };
    change(&app, &file, inside).await;
    change(&app, &file, doc! { "$set": { "name": "renamed.docx" } }).await;
    assert_eq!(told(&mut events).await["name"], "renamed.docx");
}
