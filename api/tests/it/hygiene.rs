//! What holds for every answer, also for those that no handler gave.

use axum::Router;
use axum::http::Method;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use dossier_api::middleware::{assign_request_id, run_to_completion};
use dossier_api::problem::render;
use mongodb::bson::doc;
use serde_json::json;

use crate::harness::{App, Call, PASSWORD, Wire, eventually};

#[tokio::test]
async fn unknown_addresses_and_methods_are_problems_too() {
    let app = App::start().await;
    for path in [
        "/nothing",
        "/v1",
        "/v1/",
        "/v1/nothing",
        "/v1/auth/sign-up/",
        "/../etc/passwd",
        "/v1/me%00",
    ] {
        app.get(path).send().await.problem(404, "not_found");
    }
    for (method, path, allowed) in [
        (Method::GET, "/v1/auth/sign-up", "POST"),
        (Method::PUT, "/v1/files", "POST"),
        (Method::DELETE, "/v1/me", "GET"),
        (Method::POST, "/download/x", "GET"),
        (Method::TRACE, "/v1/me", "GET"),
        (Method::CONNECT, "/v1/me", "GET"),
        (Method::OPTIONS, "/v1/me", "GET"),
        (Method::POST, "/livez", "GET"),
    ] {
        let answer = app.call(method.clone(), path).send().await;
        answer.problem(405, "method_not_allowed");
        let allow = answer.header("allow");
        assert!(allow.contains(allowed), "{method} {path}: {allow}");
        assert!(!allow.contains(method.as_str()), "{method} {path}: {allow}");
    }
}

#[tokio::test]
async fn every_answer_keeps_browsers_from_helping_attackers() {
    let app = App::start().await;
    let client = app.client().await;
    for path in [
        "/v1/me",
        "/v1/nothing",
        "/verify-email/x",
        "/livez",
        "/docs/problems",
        "/openapi.json",
    ] {
        let answer = app.get(path).by(&client).send().await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
            ("x-frame-options", "DENY"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), value, "{name} of {path}");
        }
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
        assert!(!policy.contains("script-src 'unsafe"), "{path}: {policy}");
        for leak in ["server", "x-powered-by", "access-control-allow-origin"] {
            assert_eq!(answer.header(leak), "", "{path}");
        }
    }
}

#[tokio::test]
async fn a_request_keeps_the_name_it_came_with_if_that_is_harmless() {
    let app = App::start().await;
    let named = |id: &str| app.get("/v1/nothing").header("x-request-id", id).send();
    for good in ["abc", "A-1_b.2", &*"x".repeat(64)] {
        let answer = named(good).await;
        answer.problem(404, "not_found");
        assert_eq!(answer.header("x-request-id"), good);
    }
    for bad in ["", "a b", "<script>", "é", &*"x".repeat(65), "a\tb"] {
        let answer = named(bad).await;
        answer.problem(404, "not_found");
        assert_ne!(answer.header("x-request-id"), bad);
    }
    let first = app.get("/livez").send().await;
    let second = app.get("/livez").send().await;
    assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
}

#[tokio::test]
async fn a_process_that_shuts_down_is_alive_but_not_ready() {
    let app = App::start().await;
    app.get("/livez").send().await.expect(200);
    app.get("/readyz").send().await.expect(200);
    app.state.draining.begin();
    app.get("/livez").send().await.expect(200);
    app.get("/readyz").send().await.problem(503, "unavailable");
}

#[tokio::test]
async fn nothing_of_an_address_is_run_or_shown_on_the_verification_page() {
    let app = App::start().await;
    let path = "/verify-email/%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    for method in [Method::GET, Method::POST] {
        let answer = app.call(method, path).send().await;
        assert!(answer.header("content-type").starts_with("text/html"));
        assert!(!answer.text().contains("alert(1)"));
        assert!(!answer.text().contains("<script"));
    }
}

#[tokio::test]
async fn a_handler_that_panics_fails_one_request() {
    let app = App::start().await;
    let router = Router::new()
        .route(
            "/",
            get(async || -> &'static str { panic!("of all things") }),
        )
        .layer(from_fn(run_to_completion))
        .layer(from_fn(render))
        .layer(from_fn_with_state(app.state.clone(), assign_request_id));
    for _ in 0..2 {
        let answer = Call::to(&router, Method::GET, "/").send().await;
        answer.problem(500, "internal");
        assert!(!answer.text().contains("of all things"));
    }
}

#[tokio::test]
async fn a_request_is_carried_out_although_its_client_has_gone() {
    let app = App::start().await;
    let wire = Wire::serve(&app).await;
    let body = json!({ "email": "ada@example.com", "password": PASSWORD }).to_string();
    let head =
        "POST /v1/auth/sign-up HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json";
    let request = format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    drop(wire.send(&request).await);
    eventually("the sign-up and its mail are there", async || {
        let sign_ups = app.count("sign_ups", doc! {}).await;
        (sign_ups == 1 && app.jobs("send-email").await == 1).then_some(())
    })
    .await;
}
