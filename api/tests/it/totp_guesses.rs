//! Codes are taken once, and cannot be guessed.

use std::time::Duration;

use dossier_common::user::Role;
use futures_util::future::join_all;
use mongodb::bson::doc;

use crate::harness::{App, PASSWORD};

const ADA: &str = "ada@example.com";

#[tokio::test]
async fn a_code_is_taken_once_within_its_half_minute_and_a_step_around_it() {
    let app = App::start().await;
    let ada = app.person(ADA, Role::Client).await;
    let (device, _) = app.enrol(&ada).await;
    let now = app.state.clock.unix_seconds();
    for (off, status) in [(-60, 401), (60, 401), (-30, 200), (0, 200), (30, 200)] {
        let code = device.code_at(now.checked_add_signed(off).expect("a time"));
        app.log_in_with(ADA, &code).await.expect(status);
    }
    for off in [-30, 0, 30] {
        let used = device.code_at(now.checked_add_signed(off).expect("a time"));
        let again = app.log_in_with(ADA, &used).await;
        again.problem(401, "totp_invalid");
    }
}

#[tokio::test]
async fn of_many_log_ins_with_one_code_at_once_one_gets_in() {
    let app = App::start().await;
    let ada = app.person(ADA, Role::Client).await;
    let (device, codes) = app.enrol(&ada).await;
    for code in [&device.code(), &codes[0]] {
        let answers = join_all((0..5).map(|_| app.log_in_with(ADA, code))).await;
        let in_it = answers.iter().filter(|it| it.status == 200).count();
        assert_eq!(in_it, 1);
        for refused in answers.iter().filter(|it| it.status != 200) {
            refused.problem(401, "totp_invalid");
        }
        app.state.clock.advance(Duration::from_secs(15 * 60));
    }
}

#[tokio::test]
async fn a_recovery_code_lets_its_owner_in_once() {
    let app = App::start().await;
    let ada = app.person(ADA, Role::Client).await;
    let (device, codes) = app.enrol(&ada).await;
    for code in &codes {
        let typed = code.to_lowercase().replace('-', " ");
        app.log_in_with(ADA, &typed).await.expect(200);
        let again = app.log_in_with(ADA, code).await;
        again.problem(401, "totp_invalid");
    }
    let bob = app.person("bob@example.com", Role::Client).await;
    let (_, of_bob) = app.enrol(&bob).await;
    let foreign = app.log_in_with(ADA, &of_bob[0]).await;
    foreign.problem(401, "totp_invalid");
    app.log_in_with(ADA, &device.code()).await.expect(200);
}

#[tokio::test]
async fn only_so_many_codes_are_tried_and_the_owner_still_gets_in() {
    let app = App::start().await;
    let ada = app.person(ADA, Role::Client).await;
    let (device, codes) = app.enrol(&ada).await;
    let wrong = device.wrong_code();
    let answers = join_all((0..9).map(|_| app.log_in_with(ADA, &wrong))).await;
    let told: Vec<_> = answers.iter().map(|it| it.status.as_u16()).collect();
    assert_eq!(told.iter().filter(|it| **it == 401).count(), 5, "{told:?}");
    assert_eq!(told.iter().filter(|it| **it == 429).count(), 4, "{told:?}");
    let right = app.log_in_with(ADA, &device.code()).await;
    right.problem(429, "rate_limited");
    let wait: u64 = right.header("retry-after").parse().expect("seconds");
    assert!((1..=15 * 60).contains(&wait), "{wait}");

    app.get("/v1/me").by(&ada).send().await.expect(200);
    app.log_in_with(ADA, &codes[0]).await.expect(200);
    app.state.clock.advance(Duration::from_secs(15 * 60));
    app.log_in_with(ADA, &device.code()).await.expect(200);
    assert_eq!(
        app.count("attempts", doc! {}).await,
        0,
        "they are forgotten"
    );
}

#[tokio::test]
async fn a_second_factor_that_was_begun_is_not_guessed_by_a_session() {
    let app = App::start().await;
    let mut ada = app.person(ADA, Role::Client).await;
    let begun = app.begin_totp(&ada, PASSWORD).await.expect(200);
    let device = app.device(&begun);
    let wrong = device.wrong_code();
    let answers = join_all((0..9).map(|_| app.confirm_totp(&ada, &wrong))).await;
    let told: Vec<_> = answers.iter().map(|it| it.status.as_u16()).collect();
    assert_eq!(told.iter().filter(|it| **it == 422).count(), 5, "{told:?}");
    assert_eq!(told.iter().filter(|it| **it == 429).count(), 4, "{told:?}");
    let begun = app.begin_totp(&ada, PASSWORD).await.expect(200);
    let device = app.device(&begun);
    let right = app.confirm_totp(&ada, &device.code()).await;
    right.problem(429, "rate_limited");
    let wait: u64 = right.header("retry-after").parse().expect("seconds");
    assert!((1..=15 * 60).contains(&wait), "{wait}");

    app.state.clock.advance(Duration::from_secs(15 * 60));
    ada.token = app.mint(ada.id, ada.session);
    let (device, _) = app.enrol(&ada).await;
    app.log_in_with(ADA, &device.code()).await.expect(200);
    assert_eq!(
        app.count("attempts", doc! {}).await,
        0,
        "they are forgotten"
    );
}

#[tokio::test]
async fn a_second_factor_that_was_begun_is_confirmed_within_a_quarter_of_an_hour() {
    let app = App::start().await;
    let mut ada = app.person(ADA, Role::Client).await;
    let begun = app.begin_totp(&ada, PASSWORD).await.expect(200);
    let device = app.device(&begun);
    app.state.clock.advance(Duration::from_secs(15 * 60 - 1));
    let wrong = app.confirm_totp(&ada, &device.wrong_code()).await;
    wrong.problem(422, "invalid_fields");
    app.state.clock.advance(Duration::from_secs(1));
    ada.token = app.mint(ada.id, ada.session);
    let late = app.confirm_totp(&ada, &device.code()).await;
    late.problem(409, "conflict");
    app.enrol(&ada).await;
    let me = app.get("/v1/me").by(&ada).send().await.expect(200);
    assert_eq!(me.json()["totp_enabled"], true);
}

#[tokio::test]
async fn an_empty_code_counts_as_absent_and_uses_up_no_try() {
    let app = App::start().await;
    let ada = app.person(ADA, Role::Client).await;
    let (device, _) = app.enrol(&ada).await;
    for empty in ["", "", "", " ", "\t", "\u{a0}"] {
        let without = app.log_in_with(ADA, empty).await;
        without.problem(401, "totp_required");
    }
    assert_eq!(app.count("attempts", doc! {}).await, 0);
    app.log_in_with(ADA, &device.code()).await.expect(200);
}

#[tokio::test]
async fn whoever_does_not_know_the_password_uses_up_no_tries() {
    let app = App::start().await;
    let ada = app.person(ADA, Role::Client).await;
    let (device, _) = app.enrol(&ada).await;
    for _ in 0..8 {
        let body = serde_json::json!({ "email": ADA, "password": "wrong", "totp": "123456" });
        let wrong = app.post("/v1/auth/login").json(body).send().await;
        wrong.problem(401, "invalid_credentials");
        app.log_in(ADA, PASSWORD)
            .await
            .problem(401, "totp_required");
    }
    app.log_in_with(ADA, &device.code()).await.expect(200);
}
