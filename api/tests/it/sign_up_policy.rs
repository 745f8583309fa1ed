//! Operators say who may sign up, and a refusal tells nothing about addresses.

use axum::http::Method;
use dossier_common::user::Role;
use mongodb::bson::doc;
use serde_json::json;

use crate::harness::{Answer, App, Call, PASSWORD, Program, assert_same};

async fn sign_up(app: &App, policy: &str, path: &str, email: &str) -> Answer {
    let router = app.with_sign_up(policy);
    let body = json!({ "email": email, "password": PASSWORD });
    Call::to(&router, Method::POST, path)
        .json(body)
        .send()
        .await
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
