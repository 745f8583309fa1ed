//! Requests are spans, where somebody collects them; whoever does not collect them disturbs nobody.

use std::time::{Duration, Instant};

use dossier_devstack::port::free_port;
use dossier_devstack::testing::{Collector, ExportedSpan};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::harness::{App, PASSWORD, Program, Wire, eventually};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CALLER: &str = "b7ad6b7169203331";
const INCOMPLETE: &str = "traces are incomplete";

/// The program, which exports to `endpoint` at once.
fn exporting(app: &App, endpoint: &str) -> Program {
    Program::configured(app.uri())
        .variable("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
        .variable("OTEL_EXPORTER_OTLP_TIMEOUT", "1000")
        .variable("OTEL_BSP_SCHEDULE_DELAY", "50")
}

/// The line of the request that is called `id`.
fn line(log: &str, id: &str) -> Value {
    let lines = log
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    let mut found = lines.filter(|line: &Value| line["request_id"] == id);
    found.next().expect("the request is logged")
}

async fn get(wire: &Wire, headers: &str) -> Duration {
    let began = Instant::now();
    let answer = wire
        .exchange(&format!("GET /v1/me HTTP/1.1{headers}"), b"")
        .await;
    assert!(answer.starts_with("HTTP/1.1 "), "{answer}");
    began.elapsed()
}

async fn span(collector: &Collector, request_id: &str) -> ExportedSpan {
    eventually("the span is exported", async || {
        let mut spans = collector.spans().into_iter();
        spans.find(|span| {
            span.attributes
                .get("dossier.request_id")
                .is_some_and(|it| it == request_id)
        })
    })
    .await
}

#[tokio::test]
async fn a_valid_trace_is_continued_and_a_malformed_one_is_replaced() {
    let app = App::start().await;
    let collector = Collector::start().await.expect("a port");
    let running = exporting(&app, &collector.endpoint()).start().await;
    let wire = Wire::at(&running.listens("address"));
    for (id, parent) in [
        ("valid", format!("00-{TRACE}-{CALLER}-01")),
        ("malformed", format!("00-{TRACE}-{CALLER}-1")),
        ("none", "00".to_owned()),
    ] {
        let headers = format!("\r\nX-Request-Id: {id}\r\nTraceparent: {parent}");
        get(&wire, &headers).await;
    }
    let valid = span(&collector, "valid").await;
    assert_eq!((&*valid.trace_id, &*valid.parent_span_id), (TRACE, CALLER));
    assert_eq!(
        (&*valid.service, &*valid.name),
        ("dossier-api", "GET /v1/me")
    );
    assert_eq!(valid.attributes["http.response.status_code"], "401");
    assert!(!valid.is_error, "{valid:?}");
    let mut traces = vec![valid.trace_id];
    for id in ["malformed", "none"] {
        let new = span(&collector, id).await;
        assert_eq!(new.parent_span_id, "", "{id}");
        assert!(!traces.contains(&new.trace_id), "{id}");
        traces.push(new.trace_id);
    }
    let (code, log) = running.stop().await;
    assert_eq!(code, 0, "{log}");
    for (id, trace_id) in ["valid", "malformed", "none"].into_iter().zip(traces) {
        assert_eq!(line(&log, id)["trace_id"], json!(trace_id), "{id}");
    }
    assert!(!log.contains(INCOMPLETE), "{log}");
}

#[tokio::test]
async fn the_line_of_a_request_has_what_is_asked_for_as_fields() {
    let app = App::start().await;
    let client = app.client().await;
    let running = Program::configured(app.uri()).start().await;
    let wire = Wire::at(&running.listens("address"));
    let body = json!({ "email": client.email, "password": PASSWORD }).to_string();
    let head =
        "POST /v1/auth/login HTTP/1.1\r\nX-Request-Id: nobody\r\nContent-Type: application/json";
    let answer = wire.exchange(head, body.as_bytes()).await;
    let (_, tokens) = answer.split_once("\r\n\r\n").expect("a body");
    let tokens: Value = serde_json::from_str(tokens).expect("JSON");
    let token = tokens["access_token"].as_str().expect("a token");
    let headers = format!(
        "\r\nX-Request-Id: fields\r\nTraceparent: 00-{TRACE}-{CALLER}-01\r\nAuthorization: Bearer {token}"
    );
    get(&wire, &headers).await;
    let (code, log) = running.stop().await;
    assert_eq!(code, 0, "{log}");

    let known = line(&log, "fields");
    for (field, expected) in [
        ("level", json!("INFO")),
        ("method", json!("GET")),
        ("route", json!("/v1/me")),
        ("status", json!(200)),
        ("user_id", json!(client.id.to_string())),
        ("network", json!("127.0.0.1")),
        ("trace_id", json!(TRACE)),
        ("request_bytes", json!(0)),
        ("session", json!("password")),
    ] {
        assert_eq!(known[field], expected, "{field}: {known}");
    }
    assert!(
        known["duration_ms"].as_f64().is_some_and(|ms| ms > 0.0),
        "{known}"
    );
    assert!(known["response_bytes"].as_u64() > Some(0), "{known}");

    let unknown = line(&log, "nobody");
    assert_eq!(unknown["request_bytes"], json!(body.len()));
    assert_eq!(unknown["status"], json!(200));
    assert_eq!(
        unknown["trace_id"].as_str().map(str::len),
        Some(TRACE.len())
    );
    for absent in ["user_id", "session"] {
        assert!(unknown.get(absent).is_none(), "{unknown}");
    }
    for id in ["fields", "nobody"] {
        let lines = log
            .lines()
            .filter(|line| line.contains(&format!("\"request_id\":\"{id}\"")));
        assert_eq!(lines.count(), 1, "{log}");
    }
}

/// Asks much of a program whose collector takes nothing, and stops it: its log.
async fn undisturbed(app: &App, endpoint: &str) -> String {
    let running = exporting(app, endpoint).start().await;
    let wire = Wire::at(&running.listens("address"));
    let mut took = Vec::new();
    for _ in 0..50 {
        took.push(get(&wire, "").await);
    }
    took.sort();
    assert!(took[25] < Duration::from_millis(500), "{took:?}");
    eventually("the loss is told", async || {
        running.has_said(INCOMPLETE).then_some(())
    })
    .await;
    for _ in 0..50 {
        get(&wire, "").await;
    }
    let began = Instant::now();
    let (code, log) = running.stop().await;
    assert_eq!(code, 0, "{log}");
    assert!(
        began.elapsed() < Duration::from_secs(10),
        "{:?}",
        began.elapsed()
    );
    log
}

#[tokio::test]
async fn a_collector_that_is_down_slows_and_stops_nothing_and_is_told_of_once() {
    let app = App::start().await;
    let port = free_port().expect("a port");
    let log = undisturbed(&app, &format!("http://127.0.0.1:{port}")).await;
    assert_eq!(log.matches(INCOMPLETE).count(), 1, "{log}");
}

#[tokio::test]
async fn a_collector_that_is_silent_slows_and_stops_nothing_and_is_told_of_once() {
    let app = App::start().await;
    // The system takes connections, and nobody answers on them.
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let log = undisturbed(&app, &format!("http://{address}")).await;
    assert_eq!(log.matches(INCOMPLETE).count(), 1, "{log}");
    assert!(log.contains("did not answer within"), "{log}");
}
