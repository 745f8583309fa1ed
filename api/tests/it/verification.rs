//! Confirming a sign-up: with its token and its password together, once.

use std::time::Duration;

use axum::http::Method;
use dossier_common::digest::Sha256;
use dossier_common::id::{FileId, LinkId, SignUpId, UserId};
use dossier_common::queue::{QueueName, SendEmail};
use dossier_common::token::{DownloadClaims, TokenKeys, VerifyEmailClaims};
use dossier_common::user::Role;
use mongodb::bson::doc;
use serde_json::json;

use crate::harness::{App, PASSWORD, Workers, assert_same};

const ADA: &str = "ada@example.com";

#[tokio::test]
async fn opening_the_link_changes_nothing_and_the_password_confirms_once() {
    let app = App::start().await;
    let workers = Workers::start(&app, &[QueueName::of::<SendEmail>()]);
    app.sign_up(ADA, PASSWORD).await.expect(202);
    let token = workers.verification_token(1).await;
    let page = format!("/verify-email/{token}");
    for _ in 0..50 {
        let answer = app.get(&page).send().await.expect(200);
        let form = [
            "<form",
            "post",
            "type=\"password\"",
            "<label for=\"password\"",
        ];
        assert!(form.iter().all(|part| answer.text().contains(part)));
        app.call(Method::HEAD, &page).send().await.expect(200);
    }
    assert_eq!(app.count("users", doc! {}).await, 0);
    let early = app.log_in(ADA, PASSWORD).await;
    early.problem(401, "invalid_credentials");

    let done = app.submit(&token, PASSWORD).send().await.expect(200);
    assert!(done.header("content-type").starts_with("text/html"));
    assert!(!done.text().contains("<form"));
    app.log_in(ADA, PASSWORD).await.expect(200);
    let again = app.submit(&token, PASSWORD).send().await.expect(400);
    assert!(again.header("content-type").starts_with("text/html"));
    let again = app.verify(&token, PASSWORD).await;
    again.problem(400, "token_invalid");
    workers.stop().await;
}

#[tokio::test]
async fn the_token_of_the_mail_and_the_password_confirm_as_json_too() {
    let app = App::start().await;
    let workers = Workers::start(&app, &[QueueName::of::<SendEmail>()]);
    app.sign_up(ADA, PASSWORD).await.expect(202);
    let token = workers.verification_token(1).await;
    let answer = app.verify(&token, PASSWORD).await.expect(200);
    assert_eq!(answer.json(), json!({ "email_verified": true }));
    workers.stop().await;
}

#[tokio::test]
async fn a_mail_scanner_that_presses_the_button_confirms_nothing_and_uses_up_nothing() {
    let app = App::start().await;
    app.sign_up(ADA, PASSWORD).await.expect(202);
    let token = app.newest_token(ADA).await;
    for _ in 0..20 {
        let path = format!("/verify-email/{token}");
        app.get(&path).send().await.expect(200);
        let without = app.post(&path).send().await.expect(422);
        assert!(without.text().contains("role=\"alert\""));
        app.submit(&token, "").send().await.expect(422);
        let body = json!({ "token": token });
        let answer = app.post("/v1/auth/verify-email").json(body).send().await;
        let problem = answer.problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["field"], "password");
    }
    assert_eq!(app.count("users", doc! {}).await, 0);
    app.submit(&token, PASSWORD).send().await.expect(200);
}

#[tokio::test]
async fn whatever_is_wrong_with_a_token_or_its_password_gets_one_answer() {
    let app = App::start().await;
    let workers = Workers::start(&app, &[QueueName::of::<SendEmail>()]);
    app.sign_up(ADA, PASSWORD).await.expect(202);
    let used = workers.verification_token(1).await;
    app.sign_up(ADA, PASSWORD).await.expect(202);
    let ended = workers.verification_token(2).await;
    app.verify(&used, PASSWORD).await.expect(200);
    app.sign_up("bob@example.com", PASSWORD).await.expect(202);
    let expired = workers.verification_token(3).await;
    workers.stop().await;
    app.state.clock.advance(Duration::from_secs(24 * 60 * 60));
    app.sign_up("eve@example.com", PASSWORD).await.expect(202);
    let good = app.newest_token("eve@example.com").await;
    app.sign_up(ADA, PASSWORD).await.expect(202);
    let of_known_address = app.newest_token(ADA).await;

    let now = app.now();
    let (entropy, keys) = (&app.state.entropy, &app.state.token_keys);
    let claims = VerifyEmailClaims {
        sign_up_id: SignUpId::generate(entropy, now),
        expires_at: u64::MAX,
    };
    let foreign = DownloadClaims {
        link_id: LinkId::generate(entropy, now),
        file_id: FileId::generate(entropy, now),
        sha256: Sha256::of(b""),
        client_id: UserId::generate(entropy, now),
        expires_at: u64::MAX,
    };
    let other_keys = TokenKeys::parse(&"hcxFMSpPSqDeu_Xa2eFfFtibVqtjgT8t6XlH8NHdjNc=".into());
    let forged = other_keys.expect("a key").seal(&claims, now);
    let first = app.verify("garbage", PASSWORD).await;
    first.problem(400, "token_invalid");
    let first = first.without_request_id();
    let page = app.submit("garbage", PASSWORD).send().await.expect(400);
    let page = page.without_request_id();
    let long = "x".repeat(2000);
    for (what, token, password) in [
        ("used", &used, PASSWORD),
        ("ended", &ended, PASSWORD),
        ("expired", &expired, PASSWORD),
        ("of no sign-up", &keys.seal(&claims, now), PASSWORD),
        ("of a download", &keys.seal(&foreign, now), PASSWORD),
        ("forged", &forged, PASSWORD),
        ("of a session", &app.client().await.token, PASSWORD),
        ("empty", &String::new(), PASSWORD),
        ("of a known address", &of_known_address, PASSWORD),
        ("wrong password", &good, "another pass phrase"),
        ("no password", &good, ""),
        ("a long password", &good, &long),
    ] {
        let answer = app.verify(token, password).await.without_request_id();
        assert_same(what, &answer, &first);
        if !password.is_empty() && !token.is_empty() {
            let answer = app.submit(token, password).send().await;
            assert_same(what, &answer.without_request_id(), &page);
        }
    }
    assert_eq!(app.count("users", doc! {}).await, 2, "ada and the client");
    app.verify(&good, PASSWORD).await.expect(200);
}

#[tokio::test]
async fn only_so_many_passwords_are_tried_at_one_sign_up() {
    let app = App::start().await;
    app.sign_up(ADA, PASSWORD).await.expect(202);
    let token = app.newest_token(ADA).await;
    let mut answers = Vec::new();
    for _ in 0..10 {
        let answer = app.verify(&token, "another pass phrase").await;
        answers.push(answer.without_request_id());
    }
    let right = app.verify(&token, PASSWORD).await;
    right.problem(400, "token_invalid");
    answers.push(right.without_request_id());
    for answer in &answers {
        assert_same("wrong and used up", answer, &answers[0]);
    }
    assert_eq!(app.count("users", doc! {}).await, 0);
    app.sign_up(ADA, PASSWORD).await.expect(202);
    let token = app.newest_token(ADA).await;
    app.verify(&token, PASSWORD).await.expect(200);
}

#[tokio::test]
async fn guesses_made_at_once_are_counted_like_guesses_one_after_the_other() {
    let app = App::start().await;
    app.sign_up(ADA, PASSWORD).await.expect(202);
    let token = app.newest_token(ADA).await;
    let guesses = (0..20).map(|_| app.verify(&token, "another pass phrase"));
    for answer in futures_util::future::join_all(guesses).await {
        answer.problem(400, "token_invalid");
    }
    assert_eq!(app.count("sign_ups", doc! { "tries_left": 0 }).await, 1);
    let right = app.verify(&token, PASSWORD).await;
    right.problem(400, "token_invalid");
}

#[tokio::test]
async fn links_in_mails_lead_to_the_configured_address_whatever_the_host_header_says() {
    let app = App::start().await;
    let workers = Workers::start(&app, &[QueueName::of::<SendEmail>()]);
    let body = json!({ "email": ADA, "password": PASSWORD });
    let call = app
        .post("/v1/auth/sign-up")
        .header("host", "evil.example.net");
    let call = call.header("x-forwarded-host", "evil.example.net");
    call.json(body).send().await.expect(202);
    workers.verification_token(1).await;
    let mail = workers.mails().remove(0);
    assert!(mail.contains("https://dossier.example.com/verify-email/"));
    assert!(!mail.contains("evil"));
    workers.stop().await;
}

#[tokio::test]
async fn what_an_api_of_the_release_before_leaves_unproven_keeps_nobody_from_an_account() {
    let app = App::start().await;
    app.account(ADA, Role::Client, false).await;
    let chosen = "a pass phrase of her own";
    app.sign_up(ADA, chosen).await.expect(202);
    let token = app.newest_token(ADA).await;
    app.verify(&token, chosen).await.expect(200);
    app.log_in(ADA, chosen).await.expect(200);
    let refused = app.log_in(ADA, PASSWORD).await;
    refused.problem(401, "invalid_credentials");
    assert_eq!(app.count("users", doc! {}).await, 1);
}
