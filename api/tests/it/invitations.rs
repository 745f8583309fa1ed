//! Whoever is invited makes the account, with a password of their own.

use std::time::Duration;

use axum::http::Method;
use dossier_common::queue::{QueueName, SendEmail};
use dossier_common::user::Role;
use futures_util::future::join_all;
use mongodb::bson::{Document, doc};
use serde_json::json;

use crate::harness::{App, PASSWORD, Workers};

const ADA: &str = "ada@example.com";

#[tokio::test]
async fn an_invitation_makes_an_account_with_its_role_once() {
    let app = App::start().await;
    let workers = Workers::start(&app, &[QueueName::of::<SendEmail>()]);
    let admin = app.person("admin@example.com", Role::Admin).await;
    for (count, role) in ["client", "ops", "admin"].into_iter().enumerate() {
        let email = format!("ada-{role}@example.com");
        let made = app.invite(&admin, &email, role).await.expect(201).json();
        assert_eq!(
            (&made["email"], &made["role"]),
            (&json!(email), &json!(role))
        );
        let early = app.log_in(&email, PASSWORD).await;
        early.problem(401, "invalid_credentials");
        let token = workers.token("invitation", count + 1).await;
        let answer = app.accept(&token, PASSWORD).await.expect(200);
        assert_eq!(answer.json(), json!({ "email_verified": true }));
        let tokens = app.log_in(&email, PASSWORD).await.expect(200).json();
        let access = tokens["access_token"].as_str().expect("a token");
        let me = app.get("/v1/me").bearer(access).send().await.expect(200);
        assert_eq!(
            (&me.json()["role"], &me.json()["name"]),
            (&json!(role), &json!("Ada"))
        );
        let again = app.accept(&token, PASSWORD).await;
        again.problem(400, "token_invalid");
    }
    workers.stop().await;
    assert_eq!(app.count("invitations", doc! {}).await, 0);
}

#[tokio::test]
async fn ops_invite_clients_and_nobody_else() {
    let app = App::start().await;
    let (ops, client) = (app.ops().await, app.client().await);
    app.invite(&ops, ADA, "client").await.expect(201);
    for role in ["ops", "admin"] {
        let refused = app.invite(&ops, ADA, role).await;
        refused.problem(403, "forbidden");
    }
    let refused = app.invite(&client, ADA, "client").await;
    refused.problem(403, "forbidden");
    for (email, role, field) in [
        (ADA, "root", "role"),
        ("ada", "client", "email"),
        ("ada@localhost", "client", "email"),
    ] {
        let problem = app.invite(&ops, email, role).await;
        let problem = problem.problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
    assert_eq!(app.count("invitations", doc! {}).await, 1);
    assert_eq!(app.jobs("send-email").await, 1);
}

#[tokio::test]
async fn who_invites_does_not_learn_who_has_an_account_and_its_owner_is_told() {
    let app = App::start().await;
    let workers = Workers::start(&app, &[QueueName::of::<SendEmail>()]);
    let ops = app.ops().await;
    app.account(ADA, Role::Client, true).await;
    let known = app.invite(&ops, ADA, "client").await.expect(201).json();
    let unknown = app.invite(&ops, "bob@example.com", "client").await;
    let unknown = unknown.expect(201).json();
    for field in ["role", "invited_by", "created_at", "expires_at"] {
        assert_eq!(known[field], unknown[field]);
    }
    workers.mail(2).await;
    workers.stop().await;
    let list = app.get("/v1/invitations").by(&ops).send().await.expect(200);
    let seen = list.json()["items"].as_array().expect("items").len();
    assert_eq!(seen, 2, "both wait for all that Ops can see");
    app.log_in(ADA, PASSWORD).await.expect(200);
}

#[tokio::test]
async fn the_owner_of_an_account_that_is_invited_is_told_and_gets_no_token() {
    let app = App::start().await;
    let workers = Workers::start(&app, &[QueueName::of::<SendEmail>()]);
    let ops = app.ops().await;
    app.account(ADA, Role::Client, true).await;
    app.invite(&ops, ADA, "client").await.expect(201);
    let mail = workers.mail(1).await;
    assert!(mail.contains("has an account already"), "{mail}");
    assert!(!mail.contains("/invitation/"), "{mail}");
    assert!(
        mail.contains("https://dossier.example.com/reset-password"),
        "{mail}"
    );
    workers.stop().await;
    let token = app.newest_invitation_token(ADA).await;
    let refused = app.accept(&token, "another long pass phrase").await;
    refused.problem(400, "token_invalid");
    app.log_in(ADA, PASSWORD).await.expect(200);
    assert_eq!(app.count("users", doc! {}).await, 2);
}

#[tokio::test]
async fn an_invitation_works_for_seven_days_from_when_its_mail_is_sent() {
    let app = App::start().await;
    let ops = app.ops().await;
    app.invite(&ops, ADA, "client").await.expect(201);
    let day = Duration::from_secs(24 * 60 * 60);
    app.state.clock.advance(6 * day);
    let workers = Workers::start(&app, &[QueueName::of::<SendEmail>()]);
    let token = workers.token("invitation", 1).await;
    workers.stop().await;
    app.state.clock.advance(7 * day - Duration::from_secs(1));
    let weak = app.accept(&token, "password1234").await;
    let problem = weak.problem(422, "invalid_fields");
    assert_eq!(problem["errors"][0]["field"], "password");
    app.state.clock.advance(Duration::from_secs(1));
    let late = app.accept(&token, PASSWORD).await;
    late.problem(400, "token_invalid");
    assert_eq!(app.count("users", doc! { "email_key": ADA }).await, 0);
}

#[tokio::test]
async fn of_many_acceptances_at_once_one_makes_the_account() {
    let app = App::start().await;
    let admin = app.person("admin@example.com", Role::Admin).await;
    let mut tokens = Vec::new();
    for role in ["client", "ops"] {
        app.state.clock.advance(Duration::from_millis(1));
        app.invite(&admin, ADA, role).await.expect(201);
        tokens.push(app.newest_invitation_token(ADA).await);
    }
    app.sign_up(ADA, PASSWORD).await.expect(202);
    let uses = tokens.iter().chain(&tokens).chain(&tokens);
    let answers = join_all(uses.map(|token| app.accept(token, PASSWORD))).await;
    let made = answers.iter().filter(|it| it.status == 200).count();
    assert_eq!(made, 1);
    for answer in answers.iter().filter(|it| it.status != 200) {
        answer.problem(400, "token_invalid");
    }
    assert_eq!(app.count("users", doc! { "email_key": ADA }).await, 1);
    assert_eq!(app.count("invitations", doc! {}).await, 0);
    assert_eq!(app.count("sign_ups", doc! {}).await, 0);
}

#[tokio::test]
async fn opening_the_link_changes_nothing_and_the_page_makes_the_account() {
    let app = App::start().await;
    let ops = app.ops().await;
    app.invite(&ops, ADA, "client").await.expect(201);
    let token = app.newest_invitation_token(ADA).await;
    let path = format!("/invitation/{token}");
    for _ in 0..20 {
        let page = app.get(&path).send().await.expect(200);
        for part in ["<label for=\"name\"", "<label for=\"password\""] {
            assert!(page.text().contains(part), "{part}");
        }
        app.call(Method::HEAD, &path).send().await.expect(200);
        let pressed = app.post(&path).send().await.expect(422);
        assert!(pressed.text().contains("role=\"alert\""));
    }
    let weak = "name=%3Cb%3EAda&password=password1234";
    let weak = app.submit_invitation(&token, weak).send().await.expect(422);
    assert!(weak.text().contains("&lt;b&gt;Ada"), "{}", weak.text());
    assert!(weak.text().contains("name-problem"), "{}", weak.text());
    assert_eq!(app.count("users", doc! { "email_key": ADA }).await, 0);
    let form = format!("name=Ada&password={}", PASSWORD.replace(' ', "+"));
    let done = app
        .submit_invitation(&token, &form)
        .send()
        .await
        .expect(200);
    assert!(!done.text().contains("<form"));
    app.log_in(ADA, PASSWORD).await.expect(200);
    let again = app.submit_invitation(&token, &form).send().await;
    again.expect(400);
}

#[tokio::test]
async fn an_invitation_ends_with_the_rights_of_whoever_made_it() {
    let app = App::start().await;
    let admin = app.person("admin@example.com", Role::Admin).await;
    let losses = [
        (Method::POST, "/disable", json!({})),
        (Method::PUT, "/role", json!({ "role": "client" })),
        (Method::PUT, "/role", json!({ "role": "ops" })),
        (Method::DELETE, "", json!({})),
    ];
    for (count, (method, act, body)) in losses.into_iter().enumerate() {
        let rogue = format!("rogue-{count}@example.com");
        let rogue = app.person(&rogue, Role::Admin).await;
        let friend = format!("friend-{count}@example.com");
        app.invite(&rogue, &friend, "admin").await.expect(201);
        let token = app.newest_invitation_token(&friend).await;
        let path = format!("/v1/admin/users/{}{act}", rogue.id);
        let call = app.call(method, &path).by(&admin).json(body);
        assert!(call.send().await.status.is_success(), "{act}");
        let refused = app.accept(&token, PASSWORD).await;
        refused.problem(400, "token_invalid");
        assert_eq!(app.count("users", doc! { "email_key": &friend }).await, 0);
    }
    assert_eq!(app.count("invitations", doc! {}).await, 0);
}

#[tokio::test]
async fn an_admin_who_becomes_ops_has_still_invited_clients() {
    let app = App::start().await;
    let admin = app.person("admin@example.com", Role::Admin).await;
    let other = app.person("other@example.com", Role::Admin).await;
    app.invite(&other, ADA, "client").await.expect(201);
    let token = app.newest_invitation_token(ADA).await;
    let path = format!("/v1/admin/users/{}/role", other.id);
    let call = app.call(Method::PUT, &path).by(&admin);
    let call = call.json(json!({ "role": "ops" }));
    call.send().await.expect(200);
    app.accept(&token, PASSWORD).await.expect(200);
}

#[tokio::test]
async fn an_invitation_by_somebody_who_may_not_invite_any_more_makes_no_account() {
    let app = App::start().await;
    let ops = app.ops().await;
    app.invite(&ops, ADA, "client").await.expect(201);
    let token = app.newest_invitation_token(ADA).await;
    // As if the invitation had been made while the account was being disabled.
    let users = app.database().collection::<Document>("users");
    let disabled = doc! { "$set": { "disabled_at": app.now() } };
    let changing = users.update_one(doc! { "_id": ops.id }, disabled);
    changing.await.expect("accepted");
    let refused = app.accept(&token, PASSWORD).await;
    refused.problem(400, "token_invalid");
    assert_eq!(app.count("users", doc! { "email_key": ADA }).await, 0);
}
