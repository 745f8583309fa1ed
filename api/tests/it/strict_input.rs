//! What is not quite what the description asks for is refused, and in the terms of JSON and HTTP.

use axum::http::Method;
use dossier_common::user::Role;
use mongodb::bson::doc;
use serde_json::{Value, json};

use crate::harness::{App, Call, NewFile, PASSWORD, Wire, read_to_end};

const LOGIN: &str = "/v1/auth/login";

#[tokio::test]
async fn an_array_is_no_object_even_when_its_items_would_fit() {
    let app = App::start().await;
    app.account("ada@example.com", Role::Client, true).await;
    let client = app.client().await;
    let file = app.available(&app.ops().await, NewFile::default()).await;
    let links = format!("/v1/files/{}/links", file.id);
    for (path, body) in [
        (LOGIN, json!(["ada@example.com", PASSWORD])),
        ("/login", json!(["ada@example.com", PASSWORD])),
        (
            "/v1/auth/sign-up",
            json!(["eve@example.com", PASSWORD, null]),
        ),
        ("/v1/auth/verify-email", json!(["token"])),
        ("/v1/auth/refresh", json!(["token"])),
        ("/v1/auth/resend-verification", json!(["ada@example.com"])),
        (&links, json!([3600, 1])),
        (&links, json!(null)),
        (&links, json!("{}")),
    ] {
        let answer = app.post(path).by(&client).json(body.clone()).send().await;
        let problem = answer.problem(422, "invalid_fields");
        let error = json!({ "field": "body", "message": "must be a JSON object" });
        assert_eq!(problem["errors"], json!([error]), "{path} {body}");
    }
    assert_eq!(app.count("links", doc! {}).await, 0);
}

#[tokio::test]
async fn rules_speak_of_types_as_json_knows_them() {
    let app = App::start().await;
    let client = app.client().await;
    let file = app.available(&app.ops().await, NewFile::default()).await;
    let links = format!("/v1/files/{}/links", file.id);
    let of_link = "is no field of this body, which takes `expires_in_seconds` or `max_downloads`";
    for (path, body, field, message) in [
        (
            LOGIN,
            r#"{"email":1,"password":"x"}"#,
            "email",
            "must be a string",
        ),
        (
            LOGIN,
            r#"{"email":{},"password":"x"}"#,
            "email",
            "must be a string",
        ),
        (
            LOGIN,
            r#"{"email":"x","password":[]}"#,
            "password",
            "must be a string",
        ),
        (LOGIN, r#"{"email":"x"}"#, "password", "is required"),
        (
            LOGIN,
            r#"{"email":"x","email":"y"}"#,
            "body",
            "must have `email` only once",
        ),
        (
            &links,
            r#"{"max_downloads":"3"}"#,
            "max_downloads",
            "must be a whole number",
        ),
        (
            &links,
            r#"{"max_downloads":1.5}"#,
            "max_downloads",
            "must be a whole number",
        ),
        (&links, r#"{"max_download":1}"#, "max_download", of_link),
        (
            &links,
            "{\"a`, expected \\u0000b\":1}",
            "a`, expected b",
            of_link,
        ),
    ] {
        let call = app.post(path).by(&client);
        let answer = call.body("application/json", body.to_owned()).send().await;
        let problem = answer.problem(422, "invalid_fields");
        let error = json!({ "field": field, "message": message });
        assert_eq!(problem["errors"], json!([error]), "{path} {body}");
    }
}

#[tokio::test]
async fn a_parameter_that_an_address_does_not_have_is_refused_by_every_operation_of_v1() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let admin = app.admin().await;
    let description = serde_json::to_value(dossier_api::router::openapi()).expect("JSON");
    for (path, item) in description["paths"].as_object().expect("paths") {
        let filled = path.replace("{id}", "x").replace("{token}", "x");
        for (method, operation) in item.as_object().expect("operations") {
            let is_old = operation["deprecated"] == Value::Bool(true);
            if is_old || method == "head" || path == "/v1/files" && method == "post" {
                continue;
            }
            let method: Method = method.to_uppercase().parse().expect("a method");
            let caller = match path.as_str() {
                "/v1/links" | "/v1/files/{id}/links" | "/v1/me/downloads" => &client,
                path if path.starts_with("/v1/admin/") => &admin,
                _ => &ops,
            };
            let call = app.call(method, &format!("{filled}?limits=1"));
            let answer = call.by(caller).send().await;
            assert_eq!(answer.status, 422, "{path}");
            let problem = answer.problem(422, "invalid_fields");
            let error = json!({ "field": "limits", "message": "is no parameter of this address" });
            assert_eq!(problem["errors"], json!([error]), "{path}");
        }
    }
    let twice = app
        .get("/v1/files?limit=1&limit=1")
        .by(&client)
        .send()
        .await;
    let problem = twice.problem(422, "invalid_fields");
    assert_eq!(problem["errors"][0]["message"], "must be there once");
}

#[tokio::test]
async fn a_304_says_nothing_of_a_length_and_keeps_the_connection() {
    let app = App::start().await;
    let client = app.client().await;
    let file = app.available(&app.ops().await, NewFile::default()).await;
    let (_, path) = app.link(&client, &file, json!({})).await;
    let etag = app
        .get(&path)
        .by(&client)
        .send()
        .await
        .header("etag")
        .to_owned();
    let wire = Wire::serve(&app).await;
    let head = format!("Host: x\r\nAuthorization: Bearer {}", client.token);
    let ask = |method: &str| {
        format!("{method} {path} HTTP/1.1\r\n{head}\r\nIf-None-Match: {etag}\r\n\r\n")
    };
    let last = "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let requests = [ask("GET"), ask("HEAD"), last.to_owned()].concat();
    let answers = read_to_end(&mut wire.send(&requests).await).await;
    let answers = answers.to_lowercase();
    let answers: Vec<&str> = answers.split("http/1.1 ").skip(1).collect();
    assert_eq!(answers.len(), 3, "{answers:#?}");
    for answer in &answers[..2] {
        assert!(answer.starts_with("304 "), "{answer}");
        for header in ["content-length", "transfer-encoding", "connection"] {
            assert!(!answer.contains(&format!("{header}:")), "{answer}");
        }
    }
    assert!(answers[2].starts_with("200 "), "{}", answers[2]);
}

#[tokio::test]
async fn browsers_are_told_to_stay_with_https_where_the_service_is_reached_so() {
    let app = App::start().await;
    for path in ["/livez", "/v1/nothing", "/docs/problems"] {
        let answer = app.get(path).send().await;
        let value = answer.header("strict-transport-security");
        assert_eq!(value, "max-age=31536000", "{path}");
    }
    let plain = app.reached_at("http://127.0.0.1:8080");
    let answer = Call::to(&plain, Method::GET, "/livez").send();
    let answer = answer.await.expect(200);
    assert_eq!(answer.header("strict-transport-security"), "");
}
