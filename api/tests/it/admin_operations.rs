//! Admins do something to many jobs: counted before, paced, stopped, resumed, a bounded number at once.

use dossier_api::operation_runner::MAX_AT_ONCE;
use dossier_common::clock::parse_rfc3339;
use dossier_common::operations::{self, Initiator, Order, Verb};
use dossier_common::queue::backend::{JobFilter, JobState};
use dossier_common::queue::{QueueName, SendEmail};
use mongodb::bson::{DateTime, Document, doc};
use serde_json::{Value, json};

use crate::harness::{Answer, App, Person, Workers, eventually};

const OPERATIONS: &str = "/v1/admin/operations";
const REFUSED: &str = "permanent error (550): 5.1.1 no such user";

async fn begin(app: &App, admin: &Person, body: Value) -> Answer {
    app.post(OPERATIONS).by(admin).json(body).send().await
}

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

/// The operation at `path`, as soon as it is in `state`.
async fn reaches(app: &App, admin: &Person, path: &str, state: &str) -> Value {
    eventually(&format!("{path} is {state}"), async || {
        let seen = app.seen(admin, path).await;
        (seen["state"] == state).then_some(seen)
    })
    .await
}

#[tokio::test]
async fn a_dry_run_counts_and_changes_nothing() {
    let app = App::start().await;
    let admin = app.admin().await;
    let ids = dead(&app, &admin, 2).await;
    app.mail_job(&admin, "waits@example.com").await;
    let filter = json!({ "queue": "send-email", "state": "dead" });
    for which in [json!({ "filter": filter }), json!({ "ids": ids })] {
        let mut body = which.clone();
        (body["verb"], body["dry_run"]) = (json!("retry"), json!(true));
        let plan = begin(&app, &admin, body).await.expect(200).json();
        assert_eq!(
            plan,
            json!({ "matched": 2, "states": { "dead": 2 } }),
            "{which}"
        );
    }
    assert_eq!(app.count("operations", doc! {}).await, 0);
    // Without a dry run, and nothing to do.
    let cancel = json!({ "verb": "cancel", "ids": ids });
    let nothing = begin(&app, &admin, cancel).await.expect(200).json();
    assert_eq!(nothing, json!({ "matched": 0, "states": { "dead": 2 } }));
    assert_eq!(app.count("operations", doc! {}).await, 0);
    let audit = app.seen(&admin, "/v1/admin/audit?act=cancel_jobs").await;
    assert_eq!(audit["items"], json!([]), "nothing was done");
    assert_eq!(
        app.count("apalis_jobs", doc! { "status": "Failed" }).await,
        2
    );
}

#[tokio::test]
async fn dead_mails_are_retried_over_a_time_and_each_is_sent_once() {
    let app = App::start().await;
    let admin = app.admin().await;
    dead(&app, &admin, 6).await;
    let workers = Workers::start(&app, &[QueueName::of::<SendEmail>()]);
    let filter = json!({ "queue": "send-email", "state": "dead", "error": "550" });
    let body = json!({ "verb": "retry", "filter": filter, "over_seconds": 3 });
    let begun = begin(&app, &admin, body).await.expect(202);
    let path = begun.header("location").to_owned();
    let begun = begun.json();
    assert_eq!(
        path,
        format!("{OPERATIONS}/{}", begun["id"].as_str().expect("an id"))
    );
    assert_eq!(
        (&begun["total"], &begun["over_seconds"]),
        (&json!(6), &json!(3))
    );
    assert_eq!(begun["user_id"], admin.id.to_string());
    let done = reaches(&app, &admin, &path, "done").await;
    assert_eq!(done["counts"]["changed"], 6);
    let instant = |name: &str| {
        let text = done[name].as_str().expect("an instant");
        parse_rfc3339(text).expect("it is one")
    };
    let took = instant("finished_at").saturating_duration_since(instant("started_at"));
    assert!(took.as_millis() >= 1500, "all at once, in {took:?}");
    workers.mail(6).await;
    assert_eq!(workers.mails().len(), 6, "each is sent once");
    workers.stop().await;
    let done = doc! { "status": "Done" };
    assert_eq!(app.count("apalis_jobs", done).await, 6);
    let page = app.seen(&admin, OPERATIONS).await;
    assert_eq!(page["items"].as_array().map(Vec::len), Some(1));
    let audit = app.seen(&admin, "/v1/admin/audit?act=retry_jobs").await;
    let entries = audit["items"].as_array().expect("items").iter();
    let mut entries = entries.filter(|entry| entry["user_id"] == admin.id.to_string());
    assert!(entries.next().is_some(), "{audit}");
}

#[tokio::test]
async fn an_operation_is_stopped_and_goes_on_where_it_was() {
    let app = App::start().await;
    let admin = app.admin().await;
    dead(&app, &admin, 4).await;
    let body = json!({ "verb": "retry", "filter": { "state": "dead" }, "over_seconds": 600 });
    let begun = begin(&app, &admin, body).await.expect(202);
    let path = begun.header("location").to_owned();
    let call = async |what: &str| app.post(&format!("{path}/{what}")).by(&admin).send().await;
    call("resume").await.problem(409, "conflict");
    call("stop").await.expect(200);
    let stopped = reaches(&app, &admin, &path, "stopped").await;
    let reason = stopped["reason"].as_str().expect("a reason");
    assert!(reason.contains(&admin.id.to_string()), "{reason}");
    let resumed = call("resume").await.expect(202).json();
    assert_eq!(resumed["state"], "running");
    call("stop").await.expect(200);
    let stopped = reaches(&app, &admin, &path, "stopped").await;
    let changed = stopped["counts"]["changed"].as_i64().expect("a number");
    assert!(changed < 4, "{stopped}");
    app.post(&format!("{OPERATIONS}/op_01ARZ3NDEKTSV4RRFFQ69G5FAV/stop"))
        .by(&admin)
        .send()
        .await
        .problem(404, "not_found");
}

#[tokio::test]
async fn an_operation_whose_process_has_died_is_resumed_in_another() {
    let app = App::start().await;
    let admin = app.admin().await;
    dead(&app, &admin, 2).await;
    let order = Order::new(
        Verb::Retry,
        JobFilter::queue("send-email").state(JobState::Dead),
        Initiator::operator("ada@gone"),
    );
    let begun = operations::begin(&app.state.store, order).await;
    let id = begun.expect("it can begin").id.to_string();
    let silent = doc! { "$set": {
        "driver": "gone", "touched_at": DateTime::from_millis(0),
    } };
    let rows = app.database().collection::<Document>("operations");
    let touched = rows.update_one(doc! { "_id": &id }, silent).await;
    assert_eq!(touched.expect("it can be").modified_count, 1);
    let path = format!("{OPERATIONS}/{id}");
    let shown = app.seen(&admin, &path).await;
    assert_eq!(shown["state"], "stalled", "{shown}");
    let page = app.seen(&admin, OPERATIONS).await;
    assert_eq!(page["items"][0]["state"], "stalled", "{page}");
    let resume = app.post(&format!("{path}/resume")).by(&admin);
    resume.send().await.expect(202);
    let done = reaches(&app, &admin, &path, "done").await;
    assert_eq!(done["counts"]["changed"], 2, "{done}");
    assert_eq!(
        app.count("apalis_jobs", doc! { "status": "Failed" }).await,
        0
    );
    let resume = app.post(&format!("{path}/resume")).by(&admin);
    resume.send().await.problem(409, "conflict");
}

#[tokio::test]
async fn too_many_operations_at_once_are_told_to_come_again() {
    let app = App::start().await;
    let admin = app.admin().await;
    dead(&app, &admin, 2 * MAX_AT_ONCE).await;
    let body = json!({ "verb": "retry", "filter": { "state": "dead" }, "over_seconds": 600 });
    let mut paths = Vec::new();
    for _ in 0..MAX_AT_ONCE {
        let begun = begin(&app, &admin, body.clone()).await.expect(202);
        paths.push(begun.header("location").to_owned());
    }
    let one_more = begin(&app, &admin, body.clone()).await;
    one_more.problem(429, "rate_limited");
    let mut counted = body.clone();
    counted["dry_run"] = json!(true);
    begin(&app, &admin, counted).await.expect(200);
    let stop = app.post(&format!("{}/stop", paths[0])).by(&admin);
    stop.send().await.expect(200);
    eventually("there is a place again", async || {
        (begin(&app, &admin, body.clone()).await.status == 202).then_some(())
    })
    .await;
}

#[tokio::test]
async fn the_dead_of_one_cause_are_a_group_that_is_retried_alone() {
    let app = App::start().await;
    let admin = app.admin().await;
    let refused = dead(&app, &admin, 2).await;
    let other = app.mail_job(&admin, "other@example.com").await;
    app.job_dies(&other, "the mail server cannot be reached")
        .await;
    let groups = app.seen(&admin, "/v1/admin/failures").await;
    let groups = groups["items"].as_array().expect("items").clone();
    assert_eq!(groups.len(), 2, "{groups:?}");
    assert_eq!(
        (&groups[0]["count"], &groups[1]["count"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(groups[0]["status"], "550 5.1.1");
    let none = app
        .seen(&admin, "/v1/admin/failures?queue=validate-upload")
        .await;
    assert_eq!(none["items"], json!([]));
    let id = groups[0]["id"].as_str().expect("an id");
    let retry = || {
        app.post(&format!("/v1/admin/failures/{id}/retry"))
            .by(&admin)
    };
    let plan = retry().json(json!({ "dry_run": true })).send().await;
    assert_eq!(plan.expect(200).json()["matched"], 2);
    let begun = retry().send().await.expect(202);
    let path = begun.header("location").to_owned();
    reaches(&app, &admin, &path, "done").await;
    let dead = app.seen(&admin, "/v1/admin/jobs?state=dead").await;
    assert_eq!(
        dead["items"].as_array().map(Vec::len),
        Some(1),
        "{refused:?}"
    );
    assert_eq!(dead["items"][0]["id"], json!(other));
    let nothing = app.post("/v1/admin/failures/00000000/retry").by(&admin);
    nothing.send().await.problem(404, "not_found");
}

#[tokio::test]
async fn every_field_that_breaks_its_rule_is_named() {
    let app = App::start().await;
    let admin = app.admin().await;
    let dead = json!({ "state": "dead" });
    for (body, field) in [
        (json!({ "filter": dead }), "verb"),
        (json!({ "verb": "undo", "filter": dead }), "verb"),
        (json!({ "verb": "retry" }), "ids"),
        (json!({ "verb": "retry", "ids": [] }), "ids"),
        (
            json!({ "verb": "retry", "ids": ["job_1"], "filter": dead }),
            "ids",
        ),
        (json!({ "verb": "retry", "filter": {} }), "filter"),
        (json!({ "verb": "cancel", "filter": dead }), "filter.state"),
        (
            json!({ "verb": "retry", "filter": { "queue": "mails" } }),
            "filter.queue",
        ),
        (
            json!({ "verb": "retry", "filter": dead, "over_seconds": -1 }),
            "over_seconds",
        ),
        (
            json!({ "verb": "retry", "filter": dead, "over_seconds": 604_801 }),
            "over_seconds",
        ),
        (
            json!({ "verb": "retry", "filter": dead, "max_failure_percent": 101 }),
            "max_failure_percent",
        ),
        (
            json!({ "verb": "retry", "filter": dead, "over": "10m" }),
            "over",
        ),
    ] {
        let answer = begin(&app, &admin, body.clone()).await;
        let problem = answer.problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["field"], json!(field), "{body}");
    }
    assert_eq!(app.count("operations", doc! {}).await, 0);
}
