//! The log tells what happened, and no secret of anybody.

use serde_json::{Value, json};

use crate::harness::{App, Form, NewFile, PASSWORD, Program, Wire};

/// The body of an answer.
fn body(answer: &str) -> Value {
    let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
    serde_json::from_str(body).unwrap_or(Value::Null)
}

#[tokio::test]
async fn neither_passwords_nor_tokens_are_logged() {
    // What is there when the real binary starts on the same database, with the same keys.
    let app = App::start().await;
    let (client, ops) = (app.client().await, app.ops().await);
    let file = app.available(&ops, NewFile::default()).await;
    let download = app.download_path(&client, &file).await;
    let program = Program::configured(app.uri()).variable("RUST_LOG", "debug");
    let running = program.start().await;
    let wire = Wire::at(&running.listens("address"));
    let post = async |path: &str, body: Value| {
        let head = format!("POST {path} HTTP/1.1\r\nContent-Type: application/json");
        wire.exchange(&head, body.to_string().as_bytes()).await
    };

    let credentials = json!({ "email": client.email, "password": PASSWORD });
    let tokens = body(&post("/v1/auth/login", credentials).await);
    let access = tokens["access_token"].as_str().expect("a token").to_owned();
    let refresh = tokens["refresh_token"]
        .as_str()
        .expect("a token")
        .to_owned();
    let wrong = json!({ "email": client.email, "password": "a wrong password indeed" });
    post("/v1/auth/login", wrong).await;
    let sign_up = json!({ "email": "ada@example.com", "password": "quite another pass phrase" });
    post("/v1/auth/sign-up", sign_up).await;
    post(
        "/v1/auth/verify-email",
        json!({ "token": "gAAAAAforgedtoken", "password": "the password of a sign-up" }),
    )
    .await;
    post("/verify-email/gAAAAAforgedtoken", Value::Null).await;
    let form = "POST /verify-email/gAAAAAforgedtoken HTTP/1.1\r\n\
                Content-Type: application/x-www-form-urlencoded";
    wire.exchange(form, b"password=the+password+of+a+page")
        .await;
    let get = async |path: &str| {
        let head = format!("GET {path} HTTP/1.1\r\nAuthorization: Bearer {access}");
        wire.exchange(&head, b"").await
    };
    get(&download).await;
    get(&format!("/v1/me?access_token={access}")).await;
    let (content_type, form) = Form::for_everyone("report.docx", b"the secret bytes").finish();
    let head = format!("POST /v1/files HTTP/1.1\r\nContent-Type: {content_type}");
    wire.exchange(&head, &form).await;
    post("/v1/auth/refresh", json!({ "refresh_token": refresh })).await;
    post("/v1/auth/refresh", json!({ "refresh_token": refresh })).await;

    let (code, log) = running.stop().await;
    assert_eq!(code, 0, "{log}");
    assert!(
        log.contains("/download/{token}"),
        "the route is logged: {log}"
    );
    let (_, secret) = refresh.split_once('.').expect("id and secret");
    for kept_quiet in [
        PASSWORD,
        "a wrong password indeed",
        "quite another pass phrase",
        "the password of a sign-up",
        "the+password+of+a+page",
        "the password of a page",
        "forgedtoken",
        &access,
        secret,
        download.trim_start_matches("/download/"),
        "secret bytes",
        "ada@example.com",
        crate::harness::FERNET_KEY,
        "$argon2id",
    ] {
        assert!(!log.contains(kept_quiet), "{kept_quiet} is in the log");
    }
}

#[tokio::test]
async fn metrics_and_health_have_a_listener_of_their_own() {
    let app = App::start().await;
    let running = Program::configured(app.uri()).start().await;
    let clients = Wire::at(&running.listens("address"));
    let operators = Wire::at(&running.listens("metrics"));
    clients.exchange("GET /v1/me HTTP/1.1", b"").await;
    let metrics = operators.exchange("GET /metrics HTTP/1.1", b"").await;
    assert!(metrics.starts_with("HTTP/1.1 200 "), "{metrics}");
    for expected in [
        "dossier_http_requests_total{method=\"GET\",route=\"/v1/me\",status=\"401\"} 1",
        "dossier_queue_jobs{queue=\"send-email\",state=\"ready\"} 0",
        "dossier_queue_oldest_ready_age_seconds{queue=\"validate-upload\"} 0",
    ] {
        assert!(metrics.contains(expected), "{expected}: {metrics}");
    }
    for path in ["/livez", "/readyz"] {
        let answer = operators
            .exchange(&format!("GET {path} HTTP/1.1"), b"")
            .await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }
    let hidden = clients.exchange("GET /metrics HTTP/1.1", b"").await;
    assert!(hidden.starts_with("HTTP/1.1 404 "), "{hidden}");
    running.stop().await;
}
