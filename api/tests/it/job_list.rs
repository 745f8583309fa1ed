//! Admins find jobs by what they know of them.

use mongodb::bson::{Document, doc};
use serde_json::{Value, json};

use crate::harness::{App, Form, PASSWORD, Person};

async fn list(app: &App, admin: &Person, query: &str) -> Vec<Value> {
    let call = app.get(&format!("/v1/admin/jobs{query}")).by(admin);
    let page = call.send().await.expect(200).json();
    page["items"].as_array().expect("items").clone()
}

#[tokio::test]
async fn jobs_are_found_by_queue_state_kind_person_address_and_document() {
    let app = App::start().await;
    let (admin, ops) = (app.admin().await, app.ops().await);
    let body = json!({ "email": "new@example.com", "password": PASSWORD, "name": "Ada" });
    let call = app.post("/v1/auth/sign-up").json(body);
    call.send().await.expect(202);
    let form = Form::for_everyone("report.docx", b"bytes");
    let uploaded = app.post("/v1/files").by(&ops).form(form).send().await;
    let file = uploaded.expect(202).json()["id"].clone();
    let file = file.as_str().expect("an id");
    assert_eq!(list(&app, &admin, "").await.len(), 2);
    for (query, queue) in [
        ("?queue=send-email".to_owned(), "send-email"),
        ("?kind=sign-up&state=ready".to_owned(), "send-email"),
        ("?email=New@Example.com".to_owned(), "send-email"),
        (format!("?file={file}"), "validate-upload"),
        (format!("?user={}", ops.id), "validate-upload"),
    ] {
        let jobs = list(&app, &admin, &query).await;
        assert_eq!(jobs.len(), 1, "{query}: {jobs:?}");
        assert_eq!(jobs[0]["queue"], queue, "{query}");
        assert_eq!(jobs[0]["attempts"], 0, "{query}");
    }
    // A newer version has left a job in a queue of its own.
    let stored = app.database().collection::<Document>("apalis_jobs");
    let moved = doc! { "$set": { "queue": "mails" } };
    let moved = stored.update_one(doc! { "queue": "validate-upload" }, moved);
    assert_eq!(moved.await.expect("it can be").modified_count, 1);
    assert_eq!(list(&app, &admin, "?queue=mails").await.len(), 1);
    app.seen(&admin, "/v1/admin/failures?queue=mails").await;
    let queue = app.seen(&admin, "/v1/admin/queues/mails").await;
    assert_eq!(
        (&queue["name"], &queue["state"]),
        (&json!("mails"), &json!("runs"))
    );
    let call = app.post("/v1/admin/queues/mails/pause").by(&admin);
    assert_eq!(call.send().await.expect(200).json()["state"], "paused");
    for query in [
        "?state=dead",
        "?email=nobody@example.com",
        "?ended=failed",
        "?error=%00",
        "?error=(a%2B)%2B$",
    ] {
        assert!(list(&app, &admin, query).await.is_empty(), "{query}");
    }
}

#[tokio::test]
async fn pages_follow_one_another_and_what_is_wrong_is_named() {
    let app = App::start().await;
    let admin = app.admin().await;
    for email in ["one@example.com", "two@example.com"] {
        app.sign_up(email, PASSWORD).await.expect(202);
    }
    let call = app.get("/v1/admin/jobs?limit=1").by(&admin);
    let page = call.send().await.expect(200).json();
    let cursor = page["next_cursor"].as_str().expect("another page");
    let rest = list(&app, &admin, &format!("?limit=1&cursor={cursor}")).await;
    assert_eq!(rest.len(), 1);
    assert_ne!(rest[0]["id"], page["items"][0]["id"]);
    for wrong in [
        "queue=mails",
        "state=finished",
        "user=fil_01JD3Y5T6ZQ8R9WABCDEFGHJKM",
        "email=nobody",
        "file=x",
        "ended=well",
        "until=1",
        "until=2026-11-26T08:00:00Z&from=2026-11-26T08:00:00.001Z",
        "cursor=x",
    ] {
        let call = app.get(&format!("/v1/admin/jobs?{wrong}")).by(&admin);
        let problem = call.send().await.problem(422, "invalid_fields");
        let (field, _) = wrong.split_once('=').expect("a name");
        assert_eq!(problem["errors"][0]["field"], json!(field));
    }
}
