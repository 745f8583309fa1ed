//! A job names the request that enqueued it.

use mongodb::bson::{Document, doc};
use serde_json::json;

use crate::harness::{App, Form, PASSWORD};

/// What is attached to the one job of `queue`, key by key.
async fn attached(app: &App, queue: &str) -> Document {
    let jobs = app.database().collection::<Document>("apalis_jobs");
    let found = jobs.find_one(doc! { "queue": queue }).await;
    let job = found.expect("readable").expect("a job");
    let entries = job.get_array("metadata").expect("a list").iter();
    let entries = entries.map(|entry| entry.as_document().expect("an entry"));
    let entries = entries.map(|entry| {
        let key = entry.get_str("k").expect("a key").to_owned();
        (key, entry.get("v").expect("a value").clone())
    });
    entries.collect()
}

/// As a caller sends it: the trace, and the caller's own span of it.
const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

#[tokio::test]
async fn a_job_names_its_request_and_the_route_and_who_was_calling() {
    let app = App::start().await;
    let body = json!({ "email": "new@example.com", "password": PASSWORD, "name": "Ada" });
    let call = app
        .post("/v1/auth/sign-up")
        .header("x-request-id", "req-17")
        .header("traceparent", TRACE)
        .header("tracestate", "vendor=1");
    call.json(body).send().await.expect(202);
    let expected = doc! {
        "traceparent": TRACE, "tracestate": "vendor=1",
        "request_id": "req-17", "route": "POST /v1/auth/sign-up",
    };
    assert_eq!(attached(&app, "send-email").await, expected);

    let ops = app.ops().await;
    let call = app.post("/v1/files").header("x-request-id", "req-18");
    let call = call.header("traceparent", TRACE);
    let form = Form::for_everyone("report.docx", b"bytes");
    call.by(&ops).form(form).send().await.expect(202);
    let expected = doc! {
        "traceparent": TRACE,
        "request_id": "req-18", "route": "POST /v1/files", "user_id": ops.id.to_string(),
    };
    assert_eq!(attached(&app, "validate-upload").await, expected);
}

#[tokio::test]
async fn a_trace_that_is_not_valid_is_replaced_by_a_new_one() {
    let app = App::start().await;
    let malformed = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331";
    let body = json!({ "email": "new@example.com", "password": PASSWORD });
    let call = app.post("/v1/auth/sign-up");
    let call = call.header("traceparent", malformed);
    let call = call.header("tracestate", "vendor=1");
    call.json(body).send().await.expect(202);
    let attached = attached(&app, "send-email").await;
    let trace = attached.get_str("traceparent").expect("a trace");
    assert!(
        trace.len() == TRACE.len() && trace.starts_with("00-"),
        "{trace}"
    );
    assert!(
        !trace.contains("0af7651916cd43dd8448eb211c80319c"),
        "{trace}"
    );
    assert!(!attached.contains_key("tracestate"), "{attached}");
}
