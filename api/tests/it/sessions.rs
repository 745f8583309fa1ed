//! A session is carried on by its newest refresh token alone, and ends when it is told to.

use std::time::Duration;

use dossier_common::session::REFRESH_GRACE;
use dossier_common::user::Role;
use serde_json::{Value, json};

use crate::harness::{Answer, App, PASSWORD};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn log_in(app: &App) -> Value {
    app.account("ada@example.com", Role::Client, true).await;
    let body = json!({ "email": "ada@example.com", "password": PASSWORD });
    let answer = app.post("/v1/auth/login").json(body).send().await;
    answer.expect(200).json()
}

async fn refresh(app: &App, tokens: &Value) -> Answer {
    let body = json!({ "refresh_token": tokens["refresh_token"] });
    app.post("/v1/auth/refresh").json(body).send().await
}

async fn me(app: &App, tokens: &Value) -> Answer {
    let token = tokens["access_token"].as_str().expect("a token");
    app.get("/v1/me").bearer(token).send().await
}

#[tokio::test]
async fn a_refresh_token_works_once_and_its_replay_ends_the_session() {
    let app = App::start().await;
    let first = log_in(&app).await;
    let second = refresh(&app, &first).await.expect(200).json();
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    assert_ne!(first["access_token"], second["access_token"]);
    me(&app, &first).await.expect(200);
    me(&app, &second).await.expect(200);

    app.state.clock.advance(REFRESH_GRACE);
    refresh(&app, &first).await.problem(401, "unauthorized");
    refresh(&app, &second).await.problem(401, "unauthorized");
    me(&app, &first).await.problem(401, "unauthorized");
    me(&app, &second).await.problem(401, "unauthorized");
}

#[tokio::test]
async fn a_session_ends_after_a_week_of_silence() {
    let app = App::start().await;
    let mut tokens = log_in(&app).await;
    for _ in 0..3 {
        app.state.clock.advance(6 * DAY);
        tokens = refresh(&app, &tokens).await.expect(200).json();
    }
    app.state.clock.advance(7 * DAY);
    refresh(&app, &tokens).await.problem(401, "unauthorized");
}

#[tokio::test]
async fn a_session_ends_after_thirty_days_however_often_it_is_refreshed() {
    let app = App::start().await;
    let mut tokens = log_in(&app).await;
    for _ in 0..5 {
        app.state.clock.advance(5 * DAY);
        tokens = refresh(&app, &tokens).await.expect(200).json();
    }
    assert_eq!(tokens["refresh_expires_in"], 5 * DAY.as_secs());
    app.state.clock.advance(5 * DAY);
    refresh(&app, &tokens).await.problem(401, "unauthorized");
}

#[tokio::test]
async fn logging_out_takes_effect_with_the_next_request() {
    let app = App::start().await;
    let tokens = log_in(&app).await;
    let bearer = tokens["access_token"].as_str().expect("a token");
    let answer = app.post("/v1/auth/logout").bearer(bearer).send().await;
    assert!(answer.expect(204).body.is_empty());
    me(&app, &tokens).await.problem(401, "unauthorized");
    refresh(&app, &tokens).await.problem(401, "unauthorized");
    let again = app.post("/v1/auth/logout").bearer(bearer).send().await;
    again.problem(401, "unauthorized");
}

#[tokio::test]
async fn a_refresh_token_that_we_never_gave_out_is_refused() {
    let app = App::start().await;
    let tokens = log_in(&app).await;
    for wrong in ["", "garbage", "ses_01ARZ3NDEKTSV4RRFFQ69G5FAV.AAAA", "."] {
        let answer = refresh(&app, &json!({ "refresh_token": wrong })).await;
        answer.problem(401, "unauthorized");
    }
    refresh(&app, &tokens).await.expect(200);
}
