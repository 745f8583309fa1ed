//! Requests that refresh a session at once all get a token that works; a copy of an old token ends it.

use std::time::Duration;

use dossier_common::digest::Sha256;
use dossier_common::session::REFRESH_GRACE;
use dossier_common::user::Role;
use futures_util::future::join_all;
use mongodb::bson::{Document, doc};
use serde_json::{Value, json};

use crate::harness::{Answer, App, Call, JWT_KEYS, PASSWORD};

const OTHER_KEYS: &str = "k2:hcxFMSpPSqDeu/Xa2eFfFtibVqtjgT8t6XlH8NHdjNc=";
const MOMENT: Duration = Duration::from_secs(1);

async fn log_in(app: &App) -> String {
    app.account("ada@example.com", Role::Client, true).await;
    let answer = app.log_in("ada@example.com", PASSWORD).await;
    refresh_token(&answer.expect(200))
}

async fn refresh(app: &App, token: &str) -> Answer {
    let body = json!({ "refresh_token": token });
    app.post("/v1/auth/refresh").json(body).send().await
}

/// The next refresh token.
async fn traded(app: &App, token: &str) -> String {
    refresh_token(&refresh(app, token).await.expect(200))
}

async fn is_refused(app: &App, token: &str) {
    refresh(app, token).await.problem(401, "unauthorized");
}

fn refresh_token(answer: &Answer) -> String {
    let token = answer.json()["refresh_token"].clone();
    token.as_str().expect("a token").to_owned()
}

async fn live_sessions(app: &App) -> u64 {
    app.count("sessions", doc! { "revoked_at": null }).await
}

#[tokio::test]
async fn twenty_refreshes_at_once_leave_one_session_and_everybody_with_a_token_that_works() {
    let app = App::start().await;
    let token = log_in(&app).await;
    let answers = join_all((0..20).map(|_| refresh(&app, &token))).await;
    let tokens: Vec<Value> = answers
        .into_iter()
        .map(|it| it.expect(200).json())
        .collect();
    for it in &tokens {
        assert_eq!(it["refresh_token"], tokens[0]["refresh_token"]);
        let bearer = it["access_token"].as_str().expect("a token");
        app.get("/v1/me").bearer(bearer).send().await.expect(200);
    }
    assert_eq!(live_sessions(&app).await, 1);
    // Everybody goes on with it, at once again.
    let next = tokens[0]["refresh_token"].as_str().expect("a token");
    let answers = join_all((0..20).map(|_| refresh(&app, next))).await;
    let after: Vec<String> = answers
        .into_iter()
        .map(|it| refresh_token(&it.expect(200)))
        .collect();
    assert!(after.iter().all(|it| *it == after[0] && it != next));
    assert_eq!(app.count("sessions", doc! {}).await, 1);
}

#[tokio::test]
async fn within_ten_seconds_an_old_token_gives_the_same_successor_even_if_that_was_traded_in() {
    let app = App::start().await;
    let first = log_in(&app).await;
    let second = traded(&app, &first).await;
    app.state.clock.advance(MOMENT);
    let third = traded(&app, &second).await;
    app.state.clock.advance(REFRESH_GRACE - 2 * MOMENT);
    assert_eq!(traded(&app, &first).await, second);
    assert_eq!(traded(&app, &second).await, third);
    app.state.clock.advance(MOMENT);
    is_refused(&app, &first).await;
    is_refused(&app, &third).await;
    assert_eq!(live_sessions(&app).await, 0);
}

#[tokio::test]
async fn a_replay_ends_the_session_however_old_the_token_is() {
    let app = App::start().await;
    let first = log_in(&app).await;
    let mut newest = first.clone();
    for _ in 0..60 {
        newest = traded(&app, &newest).await;
        app.state.clock.advance(REFRESH_GRACE);
    }
    is_refused(&app, &first).await;
    is_refused(&app, &newest).await;
    assert_eq!(live_sessions(&app).await, 0);
}

#[tokio::test]
async fn a_replay_ends_the_session_although_the_key_of_the_token_is_gone() {
    let app = App::start().await;
    let first = log_in(&app).await;
    let second = traded(&app, &first).await;
    app.state.clock.advance(REFRESH_GRACE);
    let rotated = app.restarted_with_jwt_keys(OTHER_KEYS);
    let send = async |token: &str| {
        let body = json!({ "refresh_token": token });
        let call = Call::to(&rotated, axum::http::Method::POST, "/v1/auth/refresh");
        call.json(body).send().await
    };
    // The one that is good stays good.
    let third = refresh_token(&send(&second).await.expect(200));
    send(&first).await.problem(401, "unauthorized");
    send(&third).await.problem(401, "unauthorized");
    assert_eq!(live_sessions(&app).await, 0);
}

#[tokio::test]
async fn while_keys_are_changed_the_same_token_gives_the_same_successor() {
    let app = App::start().await;
    let first = log_in(&app).await;
    let second = traded(&app, &first).await;
    let both = app.restarted_with_jwt_keys(&format!("{OTHER_KEYS},{JWT_KEYS}"));
    let body = json!({ "refresh_token": first });
    let call = Call::to(&both, axum::http::Method::POST, "/v1/auth/refresh");
    let again = call.json(body).send().await.expect(200);
    assert_eq!(refresh_token(&again), second);
}

#[tokio::test]
async fn refreshes_at_once_get_the_same_successor_although_the_key_of_the_token_is_gone() {
    let app = App::start().await;
    let first = log_in(&app).await;
    let rotated = app.restarted_with_jwt_keys(OTHER_KEYS);
    let send = async |token: &str| {
        let body = json!({ "refresh_token": token });
        let call = Call::to(&rotated, axum::http::Method::POST, "/v1/auth/refresh");
        call.json(body).send().await
    };
    let (one, other) = tokio::join!(send(&first), send(&first));
    let second = refresh_token(&one.expect(200));
    assert_eq!(refresh_token(&other.expect(200)), second);
    app.state.clock.advance(REFRESH_GRACE - MOMENT);
    let third = refresh_token(&send(&second).await.expect(200));
    assert_eq!(refresh_token(&send(&first).await.expect(200)), second);
    assert_eq!(refresh_token(&send(&second).await.expect(200)), third);
    // Once the grace is over, it is the copy that it would be under any key.
    app.state.clock.advance(MOMENT);
    send(&first).await.problem(401, "unauthorized");
    send(&third).await.problem(401, "unauthorized");
    assert_eq!(live_sessions(&app).await, 0);
}

#[tokio::test]
async fn tokens_that_somebody_made_up_end_nothing() {
    let app = App::start().await;
    let first = log_in(&app).await;
    let second = traded(&app, &first).await;
    app.state.clock.advance(REFRESH_GRACE);
    let parts: Vec<&str> = second.split('.').collect();
    let (session, secret, tag) = (parts[0], parts[2], parts[3]);
    let old: Vec<&str> = first.split('.').collect();
    for made_up in [
        session.to_owned(),
        format!("{session}."),
        format!("{session}.{secret}"),
        format!("{session}.0.{secret}.{tag}"),
        format!("{session}.2.{secret}.{tag}"),
        format!("{session}.-1.{secret}.{tag}"),
        format!("{session}.01.{secret}.{tag}"),
        format!("{session}.+1.{secret}.{tag}"),
        format!("{session}.99999999999999999999.{secret}.{tag}"),
        format!("{session}.0.{secret}.{}", old[3]),
        format!("{session}.0.{}.{tag}", old[2]),
        format!("{session}.0.{}.{}x", old[2], old[3]),
        format!("{session}.0.{}", old[2]),
        format!("{first}.x"),
        format!("{first} "),
        first.to_uppercase(),
    ] {
        is_refused(&app, &made_up).await;
        assert_eq!(live_sessions(&app).await, 1, "{made_up}");
    }
    for position in session.len() + 1..first.len() {
        let replacement = if first.as_bytes()[position] == b'0' {
            "1"
        } else {
            "0"
        };
        let mut altered = first.clone();
        altered.replace_range(position..=position, replacement);
        is_refused(&app, &altered).await;
    }
    assert_eq!(live_sessions(&app).await, 1);
    traded(&app, &second).await;
}

#[tokio::test]
async fn neither_the_newest_token_nor_the_next_one_can_be_made_from_the_database() {
    let app = App::start().await;
    let first = log_in(&app).await;
    let second = traded(&app, &first).await;
    let rows = app.database().collection::<Document>("sessions");
    let row = rows
        .find_one(doc! {})
        .await
        .expect("ok")
        .expect("a session");
    let secret = second.split('.').nth(2).expect("a secret");
    assert!(!row.to_string().contains(secret), "{row}");
    assert_eq!(
        row.get_str("refresh_sha256").expect("a digest"),
        Sha256::of(second.as_bytes()).to_string()
    );
}

#[tokio::test]
async fn a_session_of_the_release_before_goes_on_and_its_old_tokens_end_it() {
    let app = App::start().await;
    log_in(&app).await;
    let rows = app.database().collection::<Document>("sessions");
    let row = rows
        .find_one(doc! {})
        .await
        .expect("ok")
        .expect("a session");
    let id = row.get_str("_id").expect("an id");
    let old = format!("{id}.c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3I");
    let unset = doc! {
        "refresh_generation": "", "refresh_seed": "", "traded_at": "", "origin": "",
    };
    let change = doc! {
        "$unset": unset,
        "$set": { "refresh_sha256": Sha256::of(old.as_bytes()).to_string() },
    };
    rows.update_one(doc! {}, change).await.expect("ok");
    let next = traded(&app, &old).await;
    let newest = traded(&app, &next).await;
    assert_eq!(traded(&app, &next).await, newest);
    is_refused(&app, &old).await;
    is_refused(&app, &newest).await;
    assert_eq!(live_sessions(&app).await, 0);
}

#[tokio::test]
async fn a_session_that_was_ended_is_not_carried_on_within_the_grace_either() {
    let app = App::start().await;
    let first = log_in(&app).await;
    let tokens = refresh(&app, &first).await.expect(200).json();
    let bearer = tokens["access_token"].as_str().expect("a token");
    app.post("/v1/auth/logout")
        .bearer(bearer)
        .send()
        .await
        .expect(204);
    is_refused(&app, &first).await;
    is_refused(&app, tokens["refresh_token"].as_str().expect("a token")).await;
}
