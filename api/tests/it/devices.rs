//! Nobody is kept from their account by others who fail to get in.

use std::net::Ipv4Addr;
use std::time::Duration;

use dossier_common::user::Role;
use mongodb::bson::{Document, doc};
use serde_json::json;

use crate::harness::{Answer, App, PASSWORD};

const ADA: &str = "ada@example.com";
const NEW: &str = "another long pass phrase";
const WRONG: &str = "not the password of anybody";
const ATTACKER: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 1);

async fn log_in_with(app: &App, email: &str, password: &str, device: &str) -> Answer {
    let body = json!({ "email": email, "password": password, "device_token": device });
    app.post("/v1/auth/login").json(body).send().await
}

fn device_of(answer: &Answer) -> String {
    let token = answer.json()["device_token"].as_str().map(str::to_owned);
    token.expect("a device token")
}

/// The device of an answer without a body, which no cache may keep.
fn device_in_header(answer: &Answer) -> String {
    assert_eq!(answer.header("cache-control"), "no-store");
    let token = answer.header("device-token");
    assert_ne!(token, "");
    token.to_owned()
}

/// Somebody else fails until nobody gets in with the address alone.
async fn attack(app: &App, email: &str) {
    for _ in 0..10 {
        let body = json!({ "email": email, "password": WRONG });
        let call = app.post("/v1/auth/login").json(body);
        let wrong = call.sent_from(ATTACKER).send().await;
        wrong.problem(401, "invalid_credentials");
    }
    let alone = app.log_in(email, PASSWORD).await;
    alone.problem(429, "rate_limited");
}

#[tokio::test]
async fn a_device_that_logged_in_before_and_a_session_get_in_while_others_fail() {
    let app = App::throttled(100).await;
    app.account(ADA, Role::Client, true).await;
    let first = app.log_in(ADA, PASSWORD).await.expect(200);
    attack(&app, ADA).await;
    let token = first.json()["access_token"].clone();
    let token = token.as_str().expect("a token");
    app.get("/v1/me").bearer(token).send().await.expect(200);
    let again = log_in_with(&app, ADA, PASSWORD, &device_of(&first)).await;
    let next = device_of(&again.expect(200));
    log_in_with(&app, ADA, PASSWORD, &next).await.expect(200);
    let form = format!(
        "username={ADA}&password={}&device_token={next}",
        PASSWORD.replace(' ', "+")
    );
    let call = app.post("/login");
    let call = call.body("application/x-www-form-urlencoded", form);
    call.send().await.expect(200);
    let alone = app.log_in(ADA, PASSWORD).await;
    alone.problem(429, "rate_limited");
}

#[tokio::test]
async fn failures_with_a_device_count_against_it_alone() {
    let app = App::throttled(100).await;
    app.account(ADA, Role::Client, true).await;
    let stolen = device_of(&app.log_in(ADA, PASSWORD).await.expect(200));
    for _ in 0..10 {
        let wrong = log_in_with(&app, ADA, WRONG, &stolen).await;
        wrong.problem(401, "invalid_credentials");
    }
    let refused = log_in_with(&app, ADA, PASSWORD, &stolen).await;
    refused.problem(429, "rate_limited");
    app.log_in(ADA, PASSWORD).await.expect(200);
}

#[tokio::test]
async fn no_other_token_proves_a_device() {
    let app = App::throttled(100).await;
    let user = app.account(ADA, Role::Client, true).await;
    app.account("eve@example.com", Role::Client, true).await;
    let answer = app.log_in(ADA, PASSWORD).await.expect(200);
    let of_eve = app.log_in("eve@example.com", PASSWORD).await.expect(200);
    attack(&app, ADA).await;
    let refresh = answer.json()["refresh_token"].clone();
    let refresh = refresh.as_str().expect("a token").to_owned();
    let access = answer.json()["access_token"].clone();
    let access = access.as_str().expect("a token").to_owned();
    for no_proof in [&device_of(&of_eve), &refresh, &access, "gAAAAAforged", ""] {
        let refused = log_in_with(&app, ADA, PASSWORD, no_proof).await;
        refused.problem(429, "rate_limited");
    }
    let device = device_of(&answer);
    let headers = app.get("/v1/me").bearer(&device).send().await;
    headers.problem(401, "unauthorized");
    let users = app.database().collection::<Document>("users");
    let changed = doc! { "$set": { "password_hash": "$argon2id$another" } };
    let changed = users.update_one(doc! { "_id": user.id }, changed).await;
    changed.expect("it can be changed");
    let refused = log_in_with(&app, ADA, PASSWORD, &device).await;
    refused.problem(429, "rate_limited");
}

#[tokio::test]
async fn whoever_resets_the_password_gets_in_while_others_fail() {
    let app = App::throttled(100).await;
    app.account(ADA, Role::Client, true).await;
    let old = device_of(&app.log_in(ADA, PASSWORD).await.expect(200));
    attack(&app, ADA).await;
    app.ask_for_reset(ADA).await.expect(202);
    let token = app.newest_reset_token(ADA).await;
    let reset = app.reset(&token, NEW).await.expect(204);
    assert!(reset.body.is_empty(), "nobody is logged in");
    let device = device_in_header(&reset);
    attack(&app, ADA).await;
    for no_proof in ["", old.as_str()] {
        let refused = log_in_with(&app, ADA, NEW, no_proof).await;
        refused.problem(429, "rate_limited");
    }
    let owner = log_in_with(&app, ADA, NEW, &device).await.expect(200);
    let next = device_of(&owner);
    log_in_with(&app, ADA, NEW, &next).await.expect(200);
    let again = app.reset(&token, NEW).await;
    again.problem(400, "token_invalid");
    assert_eq!(again.header("device-token"), "");
}

#[tokio::test]
async fn whoever_changes_the_password_gets_in_while_others_fail() {
    let app = App::throttled(100).await;
    let ada = app.person(ADA, Role::Client).await;
    let old = device_of(&app.log_in(ADA, PASSWORD).await.expect(200));
    attack(&app, ADA).await;
    let wrong = app.change_password(&ada, WRONG, NEW).await.expect(422);
    assert_eq!(wrong.header("device-token"), "");
    let changed = app.change_password(&ada, PASSWORD, NEW).await.expect(204);
    let device = device_in_header(&changed);
    for no_proof in ["", old.as_str()] {
        let refused = log_in_with(&app, ADA, NEW, no_proof).await;
        refused.problem(429, "rate_limited");
    }
    log_in_with(&app, ADA, NEW, &device).await.expect(200);
}

#[tokio::test]
async fn the_device_of_a_reset_is_no_second_factor() {
    let app = App::throttled(100).await;
    let ada = app.person(ADA, Role::Client).await;
    app.enrol(&ada).await;
    app.ask_for_reset(ADA).await.expect(202);
    let token = app.newest_reset_token(ADA).await;
    let reset = app.reset(&token, NEW).await.expect(204);
    let half = log_in_with(&app, ADA, NEW, &device_in_header(&reset)).await;
    half.problem(401, "totp_required");
}

#[tokio::test]
async fn a_device_is_forgotten_after_half_a_year() {
    let app = App::throttled(100).await;
    app.account(ADA, Role::Client, true).await;
    let device = device_of(&app.log_in(ADA, PASSWORD).await.expect(200));
    app.state
        .clock
        .advance(Duration::from_secs(180 * 24 * 60 * 60));
    attack(&app, ADA).await;
    let refused = log_in_with(&app, ADA, PASSWORD, &device).await;
    refused.problem(429, "rate_limited");
}
