//! Operators say who may sign up, and a refusal tells nothing about addresses.

use std::time::{Duration, Instant};

use axum::http::Method;
use dossier_common::user::Role;
use mongodb::bson::doc;
use serde_json::{Value, json};

use crate::harness::{Answer, App, Call, PASSWORD, Program, assert_same};

/// What the service says to `body` at `path` under a policy.
async fn say(app: &App, policy: &str, path: &str, body: Value) -> Answer {
    let router = app.with_sign_up(policy);
    Call::to(&router, Method::POST, path)
        .json(body)
        .send()
        .await
}

async fn sign_up(app: &App, policy: &str, path: &str, email: &str) -> Answer {
    let body = json!({ "email": email, "password": PASSWORD });
    say(app, policy, path, body).await
}

#[tokio::test]
async fn where_sign_up_is_not_open_known_and_unknown_addresses_are_refused_alike() {
    let app = App::start().await;
    app.account("known@example.com", Role::Client, true).await;
    for policy in ["invited", "closed", "domains:a.example,b.example"] {
        for path in ["/v1/auth/sign-up", "/signup"] {
            let first = sign_up(&app, policy, path, "nobody@example.com").await;
            first.problem(403, "sign_up_refused");
            let known = sign_up(&app, policy, path, "known@example.com").await;
            let (known, first) = (known.without_request_id(), first.without_request_id());
            assert_same(policy, &known, &first);
        }
    }
    assert_eq!(app.count("sign_ups", doc! {}).await, 0);
    assert_eq!(app.jobs("send-email").await, 0);
}

#[tokio::test]
async fn addresses_of_the_domains_that_are_named_may_sign_up() {
    let app = App::start().await;
    let policy = "domains:a.example,b.example";
    for (path, accepted) in [("/v1/auth/sign-up", 202), ("/signup", 200)] {
        for (email, status) in [
            ("ada@a.example", accepted),
            ("ada@B.Example", accepted),
            ("ada@sub.a.example", 403),
            ("ada@c.example", 403),
            ("a.example", 422),
        ] {
            let answer = sign_up(&app, policy, path, email).await;
            answer.expect(status);
        }
    }
    assert_eq!(app.count("sign_ups", doc! {}).await, 4);
}

#[tokio::test]
async fn where_nobody_can_sign_up_nobody_is_invited_either() {
    let app = App::start().await;
    let admin = app.person("admin@example.com", Role::Admin).await;
    app.invite(&admin, "ada@example.com", "client")
        .await
        .expect(201);
    let token = app.newest_invitation_token("ada@example.com").await;
    let closed = app.with_sign_up("closed");
    let body = json!({ "email": "bob@example.com", "role": "client" });
    let inviting = Call::to(&closed, Method::POST, "/v1/invitations");
    let refused = inviting.by(&admin).json(body).send().await;
    refused.problem(403, "sign_up_refused");
    let body = json!({ "token": token, "password": PASSWORD });
    let accepting = Call::to(&closed, Method::POST, "/v1/auth/accept-invitation");
    let refused = accepting.json(body).send().await;
    refused.problem(403, "sign_up_refused");
    app.accept(&token, PASSWORD).await.expect(200);
}

#[tokio::test]
async fn a_sign_up_from_before_makes_no_account_when_its_address_is_admitted_no_more() {
    let app = App::start().await;
    app.sign_up("ada@a.example", PASSWORD).await.expect(202);
    let token = app.newest_token("ada@a.example").await;
    let path = "/v1/auth/verify-email";
    let right = json!({ "token": token, "password": PASSWORD });
    let wrong = json!({ "token": token, "password": "not the password of anybody" });
    for policy in ["closed", "invited", "domains:b.example"] {
        let refused = say(&app, policy, path, right.clone()).await;
        refused.problem(400, "token_invalid");
        let not_known = say(&app, policy, path, wrong.clone()).await;
        let (refused, not_known) = (refused.without_request_id(), not_known.without_request_id());
        assert_same(policy, &refused, &not_known);
    }
    assert_eq!(app.count("users", doc! {}).await, 0);
    let form = format!("password={}", PASSWORD.replace(' ', "+"));
    let page = Call::to(
        &app.with_sign_up("closed"),
        Method::POST,
        &format!("/verify-email/{token}"),
    );
    let page = page.body("application/x-www-form-urlencoded", form);
    page.send().await.expect(400);
    assert_eq!(app.count("users", doc! {}).await, 0);
    let admitted = say(&app, "domains:a.example", path, right).await;
    admitted.expect(200);
    app.log_in("ada@a.example", PASSWORD).await.expect(200);
}

#[tokio::test]
async fn no_other_mail_is_sent_to_an_address_that_is_admitted_no_more() {
    let app = App::start().await;
    app.sign_up("ada@a.example", PASSWORD).await.expect(202);
    app.let_mails_be_sent().await;
    let path = "/v1/auth/resend-verification";
    let body = json!({ "email": "ada@a.example" });
    let unknown = json!({ "email": "nobody@a.example" });
    for policy in ["closed", "invited", "domains:b.example"] {
        let began = Instant::now();
        let answer = say(&app, policy, path, body.clone()).await.expect(202);
        let took = began.elapsed();
        assert!(took >= Duration::from_millis(250), "{policy}: {took:?}");
        let first = say(&app, policy, path, unknown.clone()).await;
        let (answer, first) = (answer.without_request_id(), first.without_request_id());
        assert_same(policy, &answer, &first);
    }
    assert_eq!(app.jobs("send-email").await, 1, "the sign-up's");
    let admitted = say(&app, "domains:a.example", path, body).await;
    admitted.expect(202);
    assert_eq!(app.jobs("send-email").await, 2);
}

#[tokio::test]
async fn a_policy_that_cannot_be_read_is_told_at_the_start() {
    for policy in ["everybody", "domains:", "domains:localhost"] {
        let program = Program::bare(&[]).variable("SIGN_UP", policy);
        let (code, said) = program.run("").await;
        assert_eq!(code, 1, "{said}");
        assert!(
            said.contains("SIGN_UP: must be open, invited, closed"),
            "{said}"
        );
    }
}
