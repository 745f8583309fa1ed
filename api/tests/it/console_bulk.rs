//! Admins change many jobs in a browser: counted first, followed while it goes on, stopped and resumed.

use mongodb::bson::doc;
use serde_json::{Value, json};

use crate::harness::{App, Person, Visitor, eventually};

const ADA: &str = "ada@example.com";
const REFUSED: &str = "permanent error (550): 5.1.1 no such user";

/// Dead mails.
async fn dead(app: &App, admin: &Person, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for number in 0..count {
        let id = app.mail_job(admin, &format!("a{number}@example.com")).await;
        app.job_dies(&id, REFUSED).await;
        ids.push(id);
    }
    ids
}

/// The operation that a page leads to, as soon as it is in `state`.
async fn reaches(app: &App, admin: &Person, page: &str, state: &str) -> Value {
    let path = page.split('?').next().expect("a path");
    let path = format!("/v1{path}");
    eventually(&format!("{path} is {state}"), async || {
        let seen = app.seen(admin, &path).await;
        (seen["state"] == state).then_some(seen)
    })
    .await
}

#[tokio::test]
async fn the_dead_of_one_cause_are_counted_then_retried_in_the_name_of_the_admin() {
    let app = App::start().await;
    let admin = app.admin().await;
    dead(&app, &admin, 2).await;
    let other = app.mail_job(&admin, "other@example.com").await;
    app.job_dies(&other, "the mail server cannot be reached")
        .await;
    let visitor = Visitor::of(&app, &admin).await;
    let page = visitor.get("/admin/failures?queue=").await;
    let page = page.expect(200);
    page.shows("550 5.1.1");
    let groups = app.seen(&admin, "/v1/admin/failures").await;
    let group = groups["items"][0]["id"].as_str().expect("an id");
    page.shows(&format!("name=\"id\" value=\"{group}\""));
    let failed = async || app.count("apalis_jobs", doc! { "status": "Failed" }).await;
    let retry = async |fields: &str| {
        let fields = format!("id={group}{fields}");
        visitor.submit("/admin/failures/retry", &fields).await
    };
    let asked = retry("").await.expect(200);
    asked.shows("name=\"confirm\" value=\"2\"");
    assert_eq!(failed().await, 3, "nothing is changed yet");
    let refused = retry("&confirm=2&over_seconds=soon").await.expect(422);
    refused.shows("must be 0 to 604,800 seconds");
    refused.shows("value=\"soon\"");
    assert_eq!(failed().await, 3, "nothing is changed yet");
    let begun = retry("&confirm=2").await.expect(303);
    let done = reaches(&app, &admin, begun.header("location"), "done").await;
    assert_eq!(done["counts"]["changed"], 2);
    assert_eq!(done["user_id"], admin.id.to_string());
    assert_eq!(failed().await, 1);
    let audit = app.seen(&admin, "/v1/admin/audit?act=retry_jobs").await;
    let entries = audit["items"].as_array().expect("items").iter();
    let own = entries.filter(|entry| entry["user_id"] == json!(admin.id.to_string()));
    assert!(own.count() > 0, "{audit}");
    let gone = visitor.submit("/admin/failures/retry", "id=00000000");
    gone.await.expect(404);
}

#[tokio::test]
async fn as_many_jobs_are_changed_as_were_counted() {
    let app = App::start().await;
    let admin = app.admin().await;
    let ids = dead(&app, &admin, 3).await;
    app.mail_job(&admin, ADA).await;
    let visitor = Visitor::of(&app, &admin).await;
    let bulk = async |fields: &str| visitor.submit("/admin/jobs/bulk", fields).await;
    let page = visitor.get("/admin/jobs/bulk?state=dead").await;
    let page = page.expect(200);
    page.shows("value=\"retry\"");
    page.hides("value=\"release\"");
    let asked = bulk("verb=retry&queue=send-email&state=dead").await;
    let asked = asked.expect(200);
    asked.shows("name=\"confirm\" value=\"3\"");
    asked.shows("name=\"queue\" value=\"send-email\"");
    assert_eq!(app.count("operations", doc! {}).await, 0);
    let selected = format!("verb=delete&ids={}&ids={}", ids[0], ids[1]);
    bulk(&selected).await.expect(200).shows("value=\"2\"");
    let begun = bulk(&format!("{selected}&confirm=2")).await.expect(303);
    let done = reaches(&app, &admin, begun.header("location"), "done").await;
    assert_eq!(
        (&done["total"], &done["counts"]["changed"]),
        (&json!(2), &json!(2))
    );
    assert_eq!(app.jobs("send-email").await, 2);
    let asked = bulk("verb=retry&state=dead").await.expect(200);
    asked.shows("name=\"confirm\" value=\"1\"");
    let begun = bulk("verb=retry&state=dead&confirm=1").await.expect(303);
    let done = reaches(&app, &admin, begun.header("location"), "done").await;
    assert_eq!(done["counts"]["changed"], 1);
    let page = visitor.get("/admin/operations").await.expect(200);
    page.shows(done["id"].as_str().expect("an id"));
    for wrong in [
        "verb=retry",
        "verb=undo&state=dead",
        "verb=cancel&state=dead",
    ] {
        bulk(wrong).await.expect(422);
        bulk(&format!("{wrong}&confirm=1")).await.expect(422);
    }
}

#[tokio::test]
async fn an_operation_is_followed_stopped_and_resumed_by_its_page() {
    let app = App::start().await;
    let admin = app.admin().await;
    dead(&app, &admin, 4).await;
    let visitor = Visitor::of(&app, &admin).await;
    let begin = "verb=retry&state=dead&confirm=4&over_seconds=600";
    let begun = visitor.submit("/admin/jobs/bulk", begin).await;
    let begun = begun.expect(303);
    let location = begun.header("location");
    let path = location.split('?').next().expect("a path");
    let page = visitor.get(location).await.expect(200);
    page.shows(&format!("data-live-url=\"{path}\" data-live-goes-on"));
    page.shows(&format!("action=\"{path}/stop\""));
    let call = async |what: &str| visitor.submit(&format!("{path}/{what}"), "").await;
    // It is carried out, and its page says so.
    let refused = call("resume").await.expect(409);
    refused.shows(&format!("action=\"{path}/stop\""));
    call("stop").await.expect(303);
    reaches(&app, &admin, path, "stopped").await;
    let page = visitor.get(path).await.expect(200);
    page.hides("data-live-goes-on");
    page.shows(&format!("action=\"{path}/resume\""));
    call("resume").await.expect(303);
    let resumed = app.seen(&admin, &format!("/v1{path}")).await;
    assert_eq!(resumed["state"], "running");
    call("stop").await.expect(303);
    reaches(&app, &admin, path, "stopped").await;
}
