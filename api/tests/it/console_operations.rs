//! Admins see queues, workers and mails in a browser, and pause and limit queues there; nobody else does.

use axum::http::Method;
use dossier_common::queue::{QueueName, SendEmail};
use dossier_common::user::Role;
use mongodb::bson::{DateTime, Document, doc};
use serde_json::json;

use crate::harness::{App, Visitor, Workers, eventually};

const QUEUE: &str = "/admin/queues/send-email";
const ADA: &str = "ada@example.com";

#[tokio::test]
async fn the_overview_shows_every_queue_with_its_depth() {
    let app = App::start().await;
    let api = app.admin().await;
    app.mail_job(&api, ADA).await;
    let admin = Visitor::new(&app, "root@example.com", Role::Admin).await;
    let page = admin.get("/admin").await.expect(200);
    for queue in QueueName::ALL {
        page.shows(&format!("data-queue=\"{}\"", queue.as_str()));
    }
    let (_, row) = page
        .text()
        .split_once("data-queue=\"send-email\"")
        .expect("a row");
    let (_, cell) = row.split_once("data-value=\"ready\"").expect("a cell");
    assert!(cell.starts_with(">1<"), "{cell}");
    // Nobody runs it.
    let (_, alarm) = page
        .text()
        .split_once("data-alarm=\"no-worker\" data-of-queue=\"send-email\"")
        .expect("an alarm");
    assert!(alarm.starts_with('>'), "it is hidden: {alarm}");
}

#[tokio::test]
async fn a_queue_is_paused_and_resumed_by_its_page_in_the_name_of_the_admin() {
    let app = App::start().await;
    let api = app.admin().await;
    let admin = Visitor::new(&app, "root@example.com", Role::Admin).await;
    let paused = admin.submit(&format!("{QUEUE}/pause"), "").await;
    let paused = paused.expect(303);
    assert_eq!(
        paused.header("location"),
        format!("{QUEUE}?done=queue-paused")
    );
    let page = admin.get(paused.header("location")).await;
    page.expect(200).shows("The queue is paused.");
    let seen = app.seen(&api, "/v1/admin/queues/send-email").await;
    assert_eq!(seen["state"], "paused");
    app.state.clock.advance(std::time::Duration::from_millis(1));
    let resumed = admin.submit(&format!("{QUEUE}/resume"), "").await;
    resumed.expect(303);
    let seen = app.seen(&api, "/v1/admin/queues/send-email").await;
    assert_eq!(seen["state"], "runs");

    let user = app.state.store.find_user_by_email_key("root@example.com");
    let user = user.await.expect("it can be read").expect("an account");
    let audit = app.seen(&api, "/v1/admin/audit?object=send-email").await;
    for (entry, act) in [(0, "resume_queue"), (1, "pause_queue")] {
        let entry = &audit["items"][entry];
        assert_eq!(
            (&entry["act"], &entry["user_id"]),
            (&json!(act), &json!(user.id.to_string()))
        );
    }
}

#[tokio::test]
async fn a_limit_that_is_none_is_refused_beside_its_field() {
    let app = App::start().await;
    let api = app.admin().await;
    let admin = Visitor::new(&app, "root@example.com", Role::Admin).await;
    let path = format!("{QUEUE}/limit");
    for (fields, field, rule) in [
        ("max_running=many", "max_running", "must be a whole number"),
        ("max_running=0", "max_running", "must be 1 to 1,000,000"),
        (
            "rate.per_ms=5",
            "rate.starts",
            "is needed where there is a period",
        ),
    ] {
        let refused = admin.submit(&path, fields).await.expect(422);
        refused.shows(rule);
        // The summary says it by its label.
        refused.hides(&format!(">{field}</a>"));
        let (_, input) = refused
            .text()
            .split_once(&format!("name=\"{field}\""))
            .expect("the field");
        let input = input.split('>').next().expect("its end");
        assert!(input.contains("aria-invalid=\"true\""), "{input}");
    }
    let set = "max_running=3&rate.starts=10&rate.per_ms=";
    admin.submit(&path, set).await.expect(303);
    let seen = app.seen(&api, "/v1/admin/queues/send-email").await;
    let limits = json!({ "max_running": 3, "rate": { "starts": 10, "per_ms": 1000 } });
    assert_eq!(seen["limits"], limits);
    admin.submit(&path, "max_running=").await.expect(303);
    let seen = app.seen(&api, "/v1/admin/queues/send-email").await;
    assert_eq!(seen["limits"], json!({ "max_running": null, "rate": null }));
}

#[tokio::test]
async fn workers_are_listed_alive_and_dead() {
    let app = App::start().await;
    let admin = Visitor::new(&app, "root@example.com", Role::Admin).await;
    let none = admin.get("/admin/workers").await.expect(200);
    none.shows("No workers");
    let workers = Workers::start(&app, &[QueueName::of::<SendEmail>()]);
    let rows = app.database().collection::<Document>("apalis_workers");
    let row = eventually("a worker is there", async || {
        rows.find_one(doc! {}).await.expect("it can be read")
    })
    .await;
    let mut dead = row.clone();
    let seen = row.get_datetime("last_seen").expect("an instant");
    let before = DateTime::from_millis(seen.timestamp_millis() - 120_000);
    dead.insert("_id", "send-email@gone.1.x");
    dead.insert("last_seen", before);
    rows.insert_one(dead).await.expect("it can be written");
    let page = admin.get("/admin/workers?queue=send-email").await;
    let page = page.expect(200);
    page.shows("gone, process 1");
    page.shows("Dead");
    let other = admin.get("/admin/workers?queue=validate-upload").await;
    other.expect(200).hides("process 1");
    admin.get("/admin/workers?queue=mails").await.expect(422);
    workers.stop().await;
}

#[tokio::test]
async fn what_became_of_an_address_is_explained_with_its_dead_mail() {
    let app = App::start().await;
    let api = app.admin().await;
    let id = app.mail_job(&api, ADA).await;
    app.job_dies(&id, "550 5.1.1 no <such> user").await;
    let admin = Visitor::new(&app, "root@example.com", Role::Admin).await;
    let asked = admin.get("/admin/explain").await.expect(200);
    asked.shows("name=\"about\"");
    let said = admin
        .get("/admin/explain?about=ada%40example.com")
        .await
        .expect(200);
    said.shows(&format!("/admin/jobs/{id}"));
    said.shows("550 5.1.1 no &lt;such&gt; user");
    let refused = admin.get("/admin/explain?about=nothing").await;
    refused.expect(422).shows("must be an e-mail address");
    let mails = admin
        .get("/admin/mails?state=&kind=&email=ada%40example.com&user=")
        .await;
    mails.expect(200).shows("Mail server");
    admin.get("/admin/mails?state=sent").await.expect(422);
}

#[tokio::test]
async fn nobody_but_admins_sees_any_of_it() {
    let app = App::start().await;
    let visitors = [
        Visitor::new(&app, "ops@example.com", Role::Ops).await,
        Visitor::new(&app, "client@example.com", Role::Client).await,
    ];
    for visitor in &visitors {
        for path in [
            "/admin",
            "/admin/overview/events",
            "/admin/queues",
            QUEUE,
            "/admin/workers",
            "/admin/mails",
            "/admin/explain",
        ] {
            let refused = visitor.get(path).await.expect(403);
            assert!(refused.header("content-type").starts_with("text/html"));
        }
        for act in ["pause", "resume", "limit"] {
            let path = format!("{QUEUE}/{act}");
            visitor.submit(&path, "").await.expect(403);
        }
    }
    let out = app.get("/admin").send().await.expect(303);
    assert_eq!(out.header("location"), "/sign-in?next=%2Fadmin");
}

#[tokio::test]
async fn the_overview_is_told_by_cookie_and_not_by_token() {
    let app = App::start().await;
    let api = app.admin().await;
    app.mail_job(&api, ADA).await;
    let admin = Visitor::new(&app, "root@example.com", Role::Admin).await;
    let path = "/admin/overview/events";
    let mut events = admin.call(Method::GET, path).listen().await;
    let told = events.wait_for("overview").await;
    assert_eq!(told["mail_server"]["state"], "works");
    // Nobody runs it.
    let alarm = json!({ "kind": "no-worker", "queue": "send-email", "raised": true });
    let alarms = told["alarms"].as_array().expect("alarms");
    assert!(alarms.contains(&alarm), "{alarms:?}");
    app.get(path).by(&api).send().await.expect(303);
}
