//! Whatever is sent, the answer is a clear problem of the client's, and nothing is stored.

use dossier_common::user::Role;
use mongodb::bson::doc;
use serde_json::json;

use crate::harness::{Answer, App, NewFile, PASSWORD};

async fn sign_up(app: &App, content_type: &str, body: impl Into<Vec<u8>>) -> Answer {
    let call = app.post("/v1/auth/sign-up");
    call.body(content_type, body.into()).send().await
}

fn with_name(name: &str) -> String {
    json!({ "email": "ada@example.com", "password": PASSWORD, "name": name }).to_string()
}

fn with_email(email: &str) -> String {
    json!({ "email": email, "password": PASSWORD }).to_string()
}

#[tokio::test]
async fn a_body_that_is_no_json_is_told_apart_from_one_of_another_type() {
    let app = App::start().await;
    let deep = format!("{{\"x\":{}", "[".repeat(20_000));
    let malformed: [&[u8]; 7] = [
        b"",
        b"{",
        b"{\"email\": NaN}",
        b"{\"email\":\"a@example.com\",}",
        b"{\"email\":\"\xff\xfe\"}",
        b"{}{}",
        deep.as_bytes(),
    ];
    for body in malformed {
        let answer = sign_up(&app, "application/json", body).await;
        let code = if body == b"{}{}" {
            "invalid_fields"
        } else {
            "invalid_json"
        };
        answer.problem(if code == "invalid_json" { 400 } else { 422 }, code);
    }
    for content_type in [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "",
    ] {
        let answer = sign_up(&app, content_type, with_name("Ada")).await;
        answer.problem(415, "unsupported_media_type");
    }
    let answer = app.post("/v1/auth/sign-up").send().await;
    answer.problem(415, "unsupported_media_type");
    assert_eq!(app.count("users", doc! {}).await, 0);
}

#[tokio::test]
async fn every_field_that_breaks_its_rule_is_named_with_the_rule() {
    let app = App::start().await;
    let long = "x".repeat(300);
    let (object, nested) = (json!({ "$ne": null }), "[".repeat(200) + &"]".repeat(200));
    let cases = [
        (json!({ "password": PASSWORD }).to_string(), "email"),
        (
            json!({ "email": "ada@example.com" }).to_string(),
            "password",
        ),
        (
            json!({ "email": object, "password": PASSWORD }).to_string(),
            "email",
        ),
        (
            json!({ "email": "ada@example.com", "password": { "$gt": "" } }).to_string(),
            "password",
        ),
        (
            json!({ "email": ["ada@example.com"], "password": PASSWORD }).to_string(),
            "email",
        ),
        (
            json!({ "email": 1, "password": PASSWORD }).to_string(),
            "email",
        ),
        (format!("{{\"email\":{nested}}}"), "email"),
        (with_email("not an address"), "email"),
        (
            with_email("a@example.com\r\nBcc: everybody@example.com"),
            "email",
        ),
        (with_email("\"<a@example.com>\"@example.org"), "email"),
        (with_email("a@example.com\u{0}"), "email"),
        (with_email(&format!("{long}@example.com")), "email"),
        (with_name("Ada\r\nSubject: x"), "name"),
        (with_name(&long), "name"),
        (
            json!({ "email": "ada@example.com", "password": "short" }).to_string(),
            "password",
        ),
        (
            json!({ "email": "ada@example.com", "password": "password1234" }).to_string(),
            "password",
        ),
        (
            json!({ "email": "ada@example.com", "password": "x!1".repeat(400) }).to_string(),
            "password",
        ),
        ("null".to_owned(), "body"),
        ("[]".to_owned(), "body"),
        (
            format!(
                "{{\"email\":\"a@b.example\",\"email\":\"c@d.example\",\"password\":\"{PASSWORD}\"}}"
            ),
            "body",
        ),
    ];
    for (body, field) in cases {
        let problem = sign_up(&app, "application/json", body.clone()).await;
        let problem = problem.problem(422, "invalid_fields");
        let error = &problem["errors"][0];
        assert_eq!(error["field"], field, "{body}: {problem}");
        let rule = error["message"].as_str().expect("a rule");
        assert!(
            !rule.contains("struct") && !rule.is_empty(),
            "{body}: {rule}"
        );
    }
    assert_eq!(app.count("users", doc! {}).await, 0);
    assert_eq!(app.count("apalis_jobs", doc! {}).await, 0);
}

#[tokio::test]
async fn a_name_with_emoji_and_the_longest_name_are_kept_as_they_are() {
    let app = App::start().await;
    for (name, email) in [
        ("Ada 👩‍💻 O'Neil-Łukasz", "a@example.com"),
        (&*"ß".repeat(100), "b@example.com"),
    ] {
        let body = json!({ "email": email, "password": PASSWORD, "name": name });
        let call = app.post("/v1/auth/sign-up").json(body);
        call.send().await.expect(202);
        assert_eq!(app.count("users", doc! { "name": name }).await, 1);
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_before_it_is_understood() {
    let app = App::start().await;
    let answer = sign_up(&app, "application/json", vec![b' '; 65 * 1024]).await;
    answer.problem(413, "payload_too_large");
    assert_eq!(answer.header("connection"), "close");
    let padded = format!("{}{}", with_name("Ada"), " ".repeat(60 * 1024));
    let answer = sign_up(&app, "application/json", padded).await;
    answer.expect(202);
}

#[tokio::test]
async fn operators_of_the_query_language_are_never_values() {
    let app = App::start().await;
    app.account("ada@example.com", Role::Client, true).await;
    let (client, ops) = (app.client().await, app.ops().await);
    let file = app.available(&ops, NewFile::default()).await;
    let links = format!("/v1/files/{}/links", file.id);
    let nothing = json!({ "$ne": null });
    let bodies = [
        (
            "/v1/auth/login",
            json!({ "email": nothing, "password": nothing }),
        ),
        (
            "/v1/auth/login",
            json!({ "email": "ada@example.com", "password": nothing }),
        ),
        ("/v1/auth/verify-email", json!({ "token": { "$gt": "" } })),
        (
            "/v1/auth/refresh",
            json!({ "refresh_token": { "$regex": ".*" } }),
        ),
        (
            "/v1/auth/resend-verification",
            json!({ "email": { "$where": "1" } }),
        ),
        ("/login", json!({ "email": nothing, "password": nothing })),
        (&links, json!({ "max_downloads": { "$gt": 0 } })),
    ];
    for (path, body) in bodies {
        let answer = app.post(path).by(&client).json(body).send().await;
        answer.problem(422, "invalid_fields");
    }
    for path in [
        "/v1/files?limit[$gt]=1&limit=x",
        "/v1/files?cursor[$ne]=x&limit=0",
        "/v1/files?cursor=$ne",
    ] {
        let answer = app.get(path).by(&client).send().await;
        answer.problem(422, "invalid_fields");
    }
    for path in [
        "/v1/files/$ne",
        "/v1/files/%7B%22$ne%22:1%7D",
        "/v1/links/%00",
    ] {
        app.get(path)
            .by(&client)
            .send()
            .await
            .problem(404, "not_found");
    }
    let form = "username[$ne]=x&password[$ne]=x";
    let call = app.post("/v1/auth/login");
    let answer = call.body("application/x-www-form-urlencoded", form).send();
    answer.await.problem(422, "invalid_fields");
}

#[tokio::test]
async fn terms_of_a_link_are_whole_numbers_within_their_bounds() {
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let file = app.available(&ops, NewFile::default()).await;
    let ask = |terms: serde_json::Value| {
        let call = app.post(&format!("/v1/files/{}/links", file.id));
        call.by(&client)
            .header("prefer", "wait=0")
            .json(terms)
            .send()
    };
    for (field, wrong) in [
        ("expires_in_seconds", json!(0)),
        ("expires_in_seconds", json!(604_801)),
        ("expires_in_seconds", json!(1.5)),
        ("expires_in_seconds", json!("60")),
        ("expires_in_seconds", json!(1e300)),
        ("expires_in_seconds", json!(604_800.5)),
        ("max_downloads", json!(-1.0)),
        ("max_downloads", json!(u64::MAX)),
        ("max_downloads", json!(0)),
        ("max_downloads", json!(-1)),
        ("max_downloads", json!(1_000_001)),
    ] {
        let answer = ask(json!({ field: wrong })).await;
        let problem = answer.problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["field"], field, "{wrong}");
    }
    let both = ask(json!({ "expires_in_seconds": 0, "max_downloads": 0 })).await;
    let problem = both.problem(422, "invalid_fields");
    assert_eq!(problem["errors"].as_array().map(Vec::len), Some(2));
    assert_eq!(app.count("links", doc! {}).await, 0);
    for right in [
        json!({}),
        json!({ "expires_in_seconds": 604_800, "max_downloads": 1_000_000 }),
        json!({ "expires_in_seconds": null, "max_downloads": null }),
    ] {
        ask(right).await.expect(202);
    }
}
