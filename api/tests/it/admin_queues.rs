//! Admins see queues, workers and mails, and pause, resume and limit queues.

use std::time::Duration;

use axum::http::Method;
use dossier_common::queue::{QueueName, SendEmail};
use serde_json::{Value, json};

use crate::harness::{App, NewFile, Person, Workers, eventually};

const QUEUE: &str = "/v1/admin/queues/send-email";
const ADA: &str = "ada@example.com";

async fn change(app: &App, admin: &Person, method: Method, path: &str, body: Value) -> Value {
    app.state.clock.advance(Duration::from_millis(1));
    let call = app
        .call(method, path)
        .by(admin)
        .header("x-request-id", "r-1");
    let call = match body {
        Value::Null => call,
        body => call.json(body),
    };
    call.send().await.expect(200).json()
}

#[tokio::test]
async fn a_queue_is_paused_resumed_and_limited_and_each_time_audited() {
    let app = App::start().await;
    let admin = app.admin().await;
    app.mail_job(&admin, ADA).await;
    let queues = app.seen(&admin, "/v1/admin/queues").await;
    let queues = queues["items"].as_array().expect("items");
    assert_eq!(queues.len(), QueueName::ALL.len());
    let mails = queues.iter().find(|it| it["name"] == "send-email");
    let mails = mails.expect("it is listed");
    assert_eq!(
        (&mails["state"], &mails["workers"]),
        (&json!("runs"), &json!(0))
    );
    assert_eq!(mails["counts"]["ready"], 1);

    let post = Method::POST;
    let paused = change(
        &app,
        &admin,
        post.clone(),
        &format!("{QUEUE}/pause"),
        Value::Null,
    )
    .await;
    assert_eq!(paused["state"], "paused");
    assert_ne!(paused["paused_at"], Value::Null);
    let resumed = change(&app, &admin, post, &format!("{QUEUE}/resume"), Value::Null).await;
    assert_eq!(
        (&resumed["state"], &resumed["paused_at"]),
        (&json!("runs"), &Value::Null)
    );
    let limits = json!({ "max_running": 3, "rate": { "starts": 10, "per_ms": 2000 } });
    let path = format!("{QUEUE}/limits");
    let limited = change(&app, &admin, Method::PUT, &path, limits.clone()).await;
    assert_eq!(limited["limits"], limits);
    let lifted = change(&app, &admin, Method::PUT, &path, json!({})).await;
    assert_eq!(
        lifted["limits"],
        json!({ "max_running": null, "rate": null })
    );
    assert_eq!(app.seen(&admin, QUEUE).await["limits"], lifted["limits"]);

    let audit = app.seen(&admin, "/v1/admin/audit?object=send-email").await;
    let entries = audit["items"].as_array().expect("items");
    let acts: Vec<_> = entries.iter().map(|it| it["act"].as_str()).collect();
    let acts: Vec<_> = acts.into_iter().flatten().rev().collect();
    assert_eq!(
        acts,
        ["pause_queue", "resume_queue", "limit_queue", "limit_queue"]
    );
    for entry in entries {
        assert_eq!(entry["user_id"], admin.id.to_string());
        assert_eq!(
            (&entry["network"], &entry["request_id"]),
            (&json!("127.0.0.1"), &json!("r-1"))
        );
    }
    let details: Vec<_> = entries.iter().map(|it| it["detail"].clone()).collect();
    assert_eq!(
        details[..2],
        [json!("no limits"), json!("3 at once, 10 in 2000 ms")]
    );
}

#[tokio::test]
async fn limits_that_are_none_and_queues_that_are_not_are_refused() {
    let app = App::start().await;
    let admin = app.admin().await;
    for (body, field) in [
        (json!({ "max_running": 0 }), "max_running"),
        (json!({ "rate": { "starts": 0 } }), "rate.starts"),
        (
            json!({ "rate": { "starts": 1, "per_ms": 86_400_001 } }),
            "rate.per_ms",
        ),
        (json!({ "rate": 5 }), "rate"),
        (json!({ "speed": 5 }), "speed"),
    ] {
        let call = app.call(Method::PUT, &format!("{QUEUE}/limits"));
        let problem = call.by(&admin).json(body.clone()).send().await;
        let problem = problem.problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["field"], json!(field), "{body}");
    }
    for path in ["/v1/admin/queues/mails", "/v1/admin/queues/mails/pause"] {
        let method = if path.ends_with("pause") {
            Method::POST
        } else {
            Method::GET
        };
        let answer = app.call(method, path).by(&admin).send().await;
        answer.problem(404, "not_found");
    }
    let workers = app.get("/v1/admin/workers?queue=mails").by(&admin);
    workers.send().await.problem(422, "invalid_fields");
}

#[tokio::test]
async fn a_paused_queue_keeps_its_mails_and_its_workers_are_listed() {
    let app = App::start().await;
    let admin = app.admin().await;
    let path = format!("{QUEUE}/pause");
    change(&app, &admin, Method::POST, &path, Value::Null).await;
    let workers = Workers::start(&app, &[QueueName::of::<SendEmail>()]);
    let listed = eventually("the worker is listed", async || {
        let list = app.seen(&admin, "/v1/admin/workers?queue=send-email").await;
        list["items"].get(0).cloned()
    })
    .await;
    assert_eq!(
        (&listed["state"], &listed["running"]),
        (&json!("alive"), &json!([]))
    );
    assert_ne!(listed["host"], Value::Null);
    let others = app
        .seen(&admin, "/v1/admin/workers?queue=validate-upload")
        .await;
    assert_eq!(others["items"], json!([]));
    app.mail_job(&admin, ADA).await;
    let path = format!("{QUEUE}/resume");
    change(&app, &admin, Method::POST, &path, Value::Null).await;
    workers.mail(1).await;
    workers.stop().await;
}

#[tokio::test]
async fn mails_are_found_by_state_kind_and_address_and_explained() {
    let app = App::start().await;
    let (admin, ops) = (app.admin().await, app.ops().await);
    let id = app.mail_job(&admin, ADA).await;
    let workers = Workers::start(&app, &[QueueName::of::<SendEmail>()]);
    workers.mail(1).await;
    eventually("the mail is recorded as taken", async || {
        let mails = app
            .seen(&admin, "/v1/admin/mails?email=Ada@example.com")
            .await;
        let mail = mails["items"].get(0)?;
        assert_eq!(
            (&mail["job_id"], &mail["kind"]),
            (&json!(id), &json!("sign-up"))
        );
        (mail["state"] == "settled" && mail["job_state"] == "done").then_some(())
    })
    .await;
    workers.stop().await;
    for (query, count) in [
        ("", 1),
        ("?state=settled&kind=sign-up", 1),
        ("?state=held", 0),
        ("?kind=invitation", 0),
        ("?email=nobody@example.com", 0),
        ("?email=nobody@b%C3%BCcher.example", 0),
    ] {
        let mails = app.seen(&admin, &format!("/v1/admin/mails{query}")).await;
        assert_eq!(
            mails["items"].as_array().map(Vec::len),
            Some(count),
            "{query}"
        );
        assert!(!mails.to_string().contains(ADA), "{mails}");
    }
    for wrong in ["state=sent", "user=x", "email=x", "limit=0"] {
        let call = app.get(&format!("/v1/admin/mails?{wrong}")).by(&admin);
        call.send().await.problem(422, "invalid_fields");
    }
    let server = app.seen(&admin, "/v1/admin/mails/server").await;
    assert_eq!(
        (&server["state"], &server["failures"]),
        (&json!("works"), &json!(0))
    );

    let said = app
        .seen(&admin, "/v1/admin/explain?email=ada@example.com")
        .await;
    assert_eq!(said["jobs"][0]["id"], json!(id));
    assert_eq!(said["known"].as_array().map(Vec::len), Some(1));
    assert!(!said.to_string().contains(ADA), "{said}");
    let file = app.received(&ops, NewFile::default()).await;
    let said = app
        .seen(&admin, &format!("/v1/admin/explain?file={}", file.id))
        .await;
    assert_eq!(said["known"][0]["id"], file.id.to_string());
    let conclusions = said["conclusions"].to_string();
    assert!(conclusions.contains("no verdict yet"), "{conclusions}");
    for wrong in [
        "",
        "?email=x",
        "?file=x",
        "?email=a@example.com&file=x",
        "?user=x",
    ] {
        let call = app.get(&format!("/v1/admin/explain{wrong}")).by(&admin);
        call.send().await.problem(422, "invalid_fields");
    }
}
