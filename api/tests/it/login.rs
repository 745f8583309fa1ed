//! Logging in tells an attacker nothing.

use dossier_common::user::Role;
use serde_json::json;

use crate::harness::{Answer, App, PASSWORD, assert_same};

async fn log_in(app: &App, email: &str, password: &str) -> Answer {
    let body = json!({ "email": email, "password": password });
    app.post("/v1/auth/login").json(body).send().await
}

#[tokio::test]
async fn json_and_the_oauth_form_open_a_session() {
    let app = App::start().await;
    app.account("Ada@example.com", Role::Client, true).await;
    let json = log_in(&app, " ada@EXAMPLE.com", PASSWORD).await;
    let form = format!(
        "grant_type=password&username=ada%40example.com&password={}&scope=",
        PASSWORD.replace(' ', "+")
    );
    let call = app.post("/v1/auth/login");
    let form = call.body("application/x-www-form-urlencoded; charset=utf-8", form);
    for answer in [json, form.send().await] {
        let tokens = answer.expect(200).json();
        assert_eq!(tokens["token_type"], "bearer");
        assert_eq!(tokens["expires_in"], 900);
        assert_eq!(tokens["refresh_expires_in"], 7 * 24 * 60 * 60);
        assert!(tokens["refresh_token"].is_string());
        let bearer = tokens["access_token"].as_str().expect("a token");
        let me = app.get("/v1/me").bearer(bearer).send().await.expect(200);
        assert_eq!(me.json()["email"], "Ada@example.com");
        assert_eq!(me.json()["role"], "client");
    }
}

#[tokio::test]
async fn a_form_has_each_field_once_and_is_a_password_grant_in_utf_8() {
    let app = App::start().await;
    app.account("ada@example.com", Role::Client, true).await;
    let right = format!(
        "username=ada%40example.com&password={}",
        PASSWORD.replace(' ', "+")
    );
    let once = "must be there once";
    for (more, field, message) in [
        ("&username=eve%40example.com", "username", once),
        ("&email=eve%40example.com", "username", once),
        ("&password=x", "password", once),
        (
            "&grant_type=password&grant_type=password",
            "grant_type",
            once,
        ),
        ("&scope=a&scope=b", "scope", once),
        (
            "&grant_type=refresh_token",
            "grant_type",
            "must be `password`",
        ),
        ("&scope=%ff", "body", "must be text in UTF-8"),
        ("&%C3=x", "body", "must be text in UTF-8"),
    ] {
        for path in ["/v1/auth/login", "/login"] {
            let call = app.post(path);
            let call = call.body(
                "application/x-www-form-urlencoded",
                format!("{right}{more}"),
            );
            let problem = call.send().await.problem(422, "invalid_fields");
            let error = json!({ "field": field, "message": message });
            assert_eq!(problem["errors"], json!([error]), "{path} {more}");
        }
    }
    // A parameter without a value counts as omitted (RFC 6749, section 3.1).
    for (form, fields) in [
        ("", vec!["username", "password"]),
        ("username=&password=", vec!["username", "password"]),
        ("username=a&grant_type=x", vec!["grant_type", "password"]),
    ] {
        let call = app.post("/v1/auth/login");
        let call = call.body("application/x-www-form-urlencoded", form);
        let problem = call.send().await.problem(422, "invalid_fields");
        let errors = problem["errors"].as_array().expect("errors");
        let named: Vec<_> = errors
            .iter()
            .filter_map(|it| it["field"].as_str())
            .collect();
        assert_eq!(named, fields, "{form}");
    }
    let call = app.post("/v1/auth/login");
    let form = format!("{right}&grant_type=&scope=&scope=&client_id=x");
    let call = call.body("application/x-www-form-urlencoded", form);
    call.send().await.expect(200);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_get_the_same_answer() {
    let app = App::start().await;
    app.account("ada@example.com", Role::Client, true).await;
    app.account("unverified@example.com", Role::Client, false)
        .await;
    let first = log_in(&app, "nobody@example.com", PASSWORD).await;
    first.problem(401, "invalid_credentials");
    assert!(first.header("www-authenticate").starts_with("Bearer"));
    let first = first.without_request_id();
    let nearly = &PASSWORD[..PASSWORD.len() - 1];
    for (email, password) in [
        ("ada@example.com", nearly),
        ("ada@example.com", ""),
        ("ada@example.com", &*"x".repeat(2000)),
        ("unverified@example.com", nearly),
        ("no address at all", PASSWORD),
    ] {
        let answer = log_in(&app, email, password).await.without_request_id();
        assert_same(email, &answer, &first);
    }
}

#[tokio::test]
async fn only_who_knows_the_password_hears_that_the_address_is_unverified() {
    let app = App::start().await;
    app.account("ada@example.com", Role::Client, false).await;
    let right = log_in(&app, "ada@example.com", PASSWORD).await;
    right.problem(403, "email_not_verified");
    let wrong = log_in(&app, "ada@example.com", "another password").await;
    wrong.problem(401, "invalid_credentials");
}

#[tokio::test]
async fn the_same_password_typed_in_another_normal_form_is_the_same() {
    let app = App::start().await;
    let composed = "caf\u{e9} au lait et croissants";
    let body = json!({ "email": "ada@example.com", "password": composed });
    let signed_up = app.post("/v1/auth/sign-up").json(body).send().await;
    signed_up.expect(202);
    let decomposed = "cafe\u{301} au lait et croissants";
    let answer = log_in(&app, "ada@example.com", decomposed).await;
    answer.problem(403, "email_not_verified");
}
