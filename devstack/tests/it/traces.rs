//! A request, its job and its mail are one trace, across processes.

use dossier_devstack::mail::Behaviour;
use dossier_devstack::testing::{Collector, ExportedSpan};
use serde_json::json;

use crate::harness::{TestStack, eventually};

const CLIENT: &str = "client@dossier.example";
const PASSWORD: &str = "correct horse battery staple";

/// The trace of the caller, and the caller's own span of it.
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CALLER: &str = "b7ad6b7169203331";

/// A stack whose programs export to a collector at once.
async fn stack() -> (TestStack, Collector) {
    let collector = Collector::start().await.expect("a port");
    let endpoint = collector.endpoint();
    let stack = TestStack::start(|options| {
        options
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint)
            .env("OTEL_BSP_SCHEDULE_DELAY", 50)
            .env("MAIL_RETRY_BASE_SECONDS", 1)
    })
    .await;
    (stack, collector)
}

/// Signs [`CLIENT`] up, as a part of [`TRACE`].
async fn sign_up(stack: &TestStack) {
    let url = format!("{}/v1/auth/sign-up", stack.api_url());
    let call = reqwest::Client::new()
        .post(url)
        .header("traceparent", format!("00-{TRACE}-{CALLER}-01"))
        .json(&json!({ "email": CLIENT, "password": PASSWORD }));
    let answer = call.send().await.expect("the API answers");
    assert_eq!(answer.status(), 202);
}

/// The spans of [`TRACE`] that are called `name`, once there are `count`.
async fn spans(collector: &Collector, name: &str, count: usize) -> Vec<ExportedSpan> {
    eventually(&format!("{count} times {name}"), async || {
        let mut spans = collector.spans();
        spans.retain(|span| span.trace_id == TRACE && span.name == name);
        (spans.len() >= count).then_some(spans)
    })
    .await
}

#[tokio::test]
async fn a_sign_up_its_job_and_its_mail_are_one_trace_that_holds_no_address_and_no_token() {
    let (stack, collector) = stack().await;
    sign_up(&stack).await;
    stack.wait_for_mail(CLIENT).await;

    let request = spans(&collector, "POST /v1/auth/sign-up", 1)
        .await
        .remove(0);
    assert_eq!(request.service, "dossier-api");
    assert_eq!(request.parent_span_id, CALLER);
    assert_eq!(request.attributes["http.request.method"], "POST");
    assert_eq!(request.attributes["http.route"], "/v1/auth/sign-up");
    assert_eq!(request.attributes["http.response.status_code"], "202");

    let attempt = spans(&collector, "process send-email", 1).await.remove(0);
    assert_eq!(attempt.service, "dossier-worker");
    assert_eq!(attempt.parent_span_id, request.span_id);
    assert_eq!(attempt.attributes["dossier.job.kind"], "sign-up");
    assert_eq!(attempt.attributes["dossier.job.attempt"], "1");
    assert!(!attempt.is_error && attempt.links.is_empty(), "{attempt:?}");

    let mail = spans(&collector, "send mail", 1).await.remove(0);
    assert_eq!(mail.parent_span_id, attempt.span_id);
    assert_eq!(mail.attributes["server.address"], "127.0.0.1");
    assert_eq!(mail.attributes["dossier.smtp.reply_code"], "250");

    let messages = stack.mail().mailbox().messages_to(CLIENT);
    let text = messages[0].text.as_deref().expect("a text");
    let (_, rest) = text.split_once("/verify-email/").expect("a link");
    let token = rest.split_whitespace().next().expect("a token");
    let exported = collector.bytes();
    for secret in [CLIENT, PASSWORD, token] {
        let mut parts = exported.windows(secret.len());
        let is_there = parts.any(|part| part == secret.as_bytes());
        assert!(!is_there, "{secret} was exported");
    }
}

#[tokio::test]
async fn every_attempt_at_a_mail_is_a_span_of_the_same_trace() {
    let (stack, collector) = stack().await;
    let refusal = Behaviour::reject(451);
    stack.mail().behave(refusal).expect("it can be so");
    sign_up(&stack).await;
    let refused = spans(&collector, "send mail", 1).await.remove(0);
    assert_eq!(refused.attributes["dossier.smtp.reply_code"], "451");
    assert_eq!(refused.attributes["error.type"], "deferred");
    assert!(refused.is_error);
    let well = Behaviour::ok();
    stack.mail().behave(well).expect("it can be so");
    stack.wait_for_mail(CLIENT).await;

    let request = spans(&collector, "POST /v1/auth/sign-up", 1)
        .await
        .remove(0);
    let attempts = eventually("an attempt went well", async || {
        let attempts = spans(&collector, "process send-email", 2).await;
        attempts
            .iter()
            .any(|attempt| !attempt.is_error)
            .then_some(attempts)
    })
    .await;
    for attempt in &attempts {
        assert_eq!(attempt.parent_span_id, request.span_id);
        let is_first = attempt.attributes["dossier.job.attempt"] == "1";
        let links = match is_first {
            true => Vec::new(),
            false => vec![request.span_id.clone()],
        };
        assert_eq!(attempt.links, links);
        if is_first {
            assert!(attempt.is_error, "{attempt:?}");
        }
    }
}
