//! A second factor is set up, asked for at log-in, and removed.

use std::time::Duration;

use dossier_common::queue::{QueueName, SendEmail};
use dossier_common::user::Role;
use mongodb::bson::{Document, doc};
use serde_json::json;

use crate::harness::{App, PASSWORD, Workers};

const ADA: &str = "ada@example.com";
const NEW: &str = "another long pass phrase";

#[tokio::test]
async fn log_in_asks_for_a_code_once_one_was_confirmed() {
    for role in [Role::Client, Role::Ops, Role::Admin] {
        let app = App::start().await;
        let ada = app.person(ADA, role).await;
        let begun = app.begin_totp(&ada, PASSWORD).await.expect(200);
        let address = begun.json()["otpauth_uri"]
            .as_str()
            .expect("one")
            .to_owned();
        assert!(
            address.starts_with("otpauth://totp/Dossier:ada%40example.com?"),
            "{address}"
        );
        app.log_in(ADA, PASSWORD).await.expect(200);
        let device = app.device(&begun);
        let wrong = app.confirm_totp(&ada, &device.wrong_code()).await;
        let problem = wrong.problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["field"], "code");
        let enabled = app.confirm_totp(&ada, &device.code()).await.expect(200);
        let codes = enabled.json()["recovery_codes"].clone();
        assert_eq!(codes.as_array().expect("codes").len(), 10);
        let me = app.get("/v1/me").by(&ada).send().await.expect(200);
        assert_eq!(me.json()["totp_enabled"], true);

        let without = app.log_in(ADA, PASSWORD).await;
        without.problem(401, "totp_required");
        app.state.clock.advance(Duration::from_secs(30));
        app.log_in_with(ADA, &device.code()).await.expect(200);
    }
}

#[tokio::test]
async fn whether_there_is_a_second_factor_is_told_to_whoever_knows_the_password_alone() {
    let app = App::start().await;
    let ada = app.person(ADA, Role::Client).await;
    let (device, _) = app.enrol(&ada).await;
    for code in [None, Some(device.code())] {
        let body = json!({ "email": ADA, "password": "a wrong pass phrase", "totp": code });
        let wrong = app.post("/v1/auth/login").json(body).send().await;
        wrong.problem(401, "invalid_credentials");
    }
    app.log_in_with(ADA, &device.code()).await.expect(200);
    app.account("bob@example.com", Role::Client, true).await;
    let unasked = app.log_in_with("bob@example.com", "123456").await;
    unasked.expect(200);
}

#[tokio::test]
async fn the_oauth_form_and_the_old_log_in_take_a_code_as_well() {
    let app = App::start().await;
    let ada = app.person(ADA, Role::Client).await;
    let (device, _) = app.enrol(&ada).await;
    for path in ["/v1/auth/login", "/login"] {
        let form = |code: &str| {
            let password = PASSWORD.replace(' ', "+");
            let form = format!("username=ada%40example.com&password={password}&totp={code}");
            app.post(path)
                .body("application/x-www-form-urlencoded", form)
        };
        let without = form("").send().await;
        without.problem(401, "totp_required");
        app.state.clock.advance(Duration::from_secs(30));
        form(&device.code()).send().await.expect(200);
    }
}

#[tokio::test]
async fn whoever_has_a_session_alone_can_neither_set_up_nor_remove_a_second_factor() {
    let app = App::start().await;
    let ada = app.person(ADA, Role::Client).await;
    let wrong = app.begin_totp(&ada, "a wrong pass phrase").await;
    let problem = wrong.problem(422, "invalid_fields");
    assert_eq!(problem["errors"][0]["field"], "current_password");
    app.confirm_totp(&ada, "123456")
        .await
        .problem(409, "conflict");
    let (device, _) = app.enrol(&ada).await;
    app.begin_totp(&ada, PASSWORD)
        .await
        .problem(409, "conflict");
    app.confirm_totp(&ada, &device.code())
        .await
        .problem(409, "conflict");
    let wrong = app
        .disable_totp(&ada, "a wrong pass phrase", &device.code())
        .await;
    wrong.problem(422, "invalid_fields");
    let wrong = app.disable_totp(&ada, PASSWORD, &device.wrong_code()).await;
    let problem = wrong.problem(422, "invalid_fields");
    assert_eq!(problem["errors"][0]["field"], "code");
    app.log_in(ADA, PASSWORD)
        .await
        .problem(401, "totp_required");
    app.disable_totp(&ada, PASSWORD, &device.code())
        .await
        .expect(204);
    app.log_in(ADA, PASSWORD).await.expect(200);
    app.disable_totp(&ada, PASSWORD, "123456")
        .await
        .problem(409, "conflict");
}

#[tokio::test]
async fn setting_up_and_removing_ends_the_other_sessions_and_tells_the_owner() {
    let app = App::start().await;
    let workers = Workers::start(&app, &[QueueName::of::<SendEmail>()]);
    let ada = app.person(ADA, Role::Client).await;
    let live = doc! { "revoked_at": null };
    app.log_in(ADA, PASSWORD).await.expect(200);
    let (device, codes) = app.enrol(&ada).await;
    assert_eq!(app.count("sessions", live.clone()).await, 1);
    let mail = workers.mail(1).await;
    assert!(mail.contains("a second factor was set up"), "{mail}");
    app.log_in_with(ADA, &device.code()).await.expect(200);
    app.disable_totp(&ada, PASSWORD, &codes[0])
        .await
        .expect(204);
    assert_eq!(app.count("sessions", live).await, 1);
    let mail = workers.mail(2).await;
    assert!(
        mail.contains("second factor of your account was removed"),
        "{mail}"
    );
    app.get("/v1/me").by(&ada).send().await.expect(200);
    workers.stop().await;
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_and_the_second_factor_stays() {
    let app = App::start().await;
    let ada = app.person(ADA, Role::Client).await;
    let (device, _) = app.enrol(&ada).await;
    app.ask_for_reset(ADA).await.expect(202);
    let token = app.newest_reset_token(ADA).await;
    app.reset(&token, NEW).await.expect(204);
    app.log_in(ADA, NEW).await.problem(401, "totp_required");
    let body = json!({ "email": ADA, "password": NEW, "totp": device.code() });
    app.post("/v1/auth/login")
        .json(body)
        .send()
        .await
        .expect(200);
}

#[tokio::test]
async fn the_database_alone_makes_no_code_and_a_seed_moved_to_another_account_opens_nothing() {
    let app = App::start().await;
    let ada = app.person(ADA, Role::Client).await;
    let bob = app.person("bob@example.com", Role::Client).await;
    let begun = app.begin_totp(&ada, PASSWORD).await.expect(200);
    let (device, seed) = (app.device(&begun), begun.json()["secret"].clone());
    let enabled = app.confirm_totp(&ada, &device.code()).await.expect(200);
    let users = app.database().collection::<Document>("users");
    let stored = users.find_one(doc! { "_id": ada.id }).await;
    let stored = stored.expect("readable").expect("there");
    let text = stored.to_string();
    assert!(!text.contains(seed.as_str().expect("a text")));
    for code in enabled.json()["recovery_codes"].as_array().expect("codes") {
        assert!(!text.contains(code.as_str().expect("a text")));
    }
    let moved = stored.get_document("totp").expect("it is there").clone();
    let moving = users.update_one(doc! { "_id": bob.id }, doc! { "$set": { "totp": moved } });
    moving.await.expect("it can be written");
    app.state.clock.advance(Duration::from_secs(30));
    let refused = app.log_in_with("bob@example.com", &device.code()).await;
    refused.problem(500, "internal");
    app.log_in_with(ADA, &device.code()).await.expect(200);
}

#[tokio::test]
async fn a_seed_goes_over_to_a_new_key_with_the_next_code() {
    const NEW_KEY: &str = "hcxFMSpPSqDeu_Xa2eFfFtibVqtjgT8t6XlH8NHdjNc=";
    let app = App::start().await;
    let ada = app.person(ADA, Role::Client).await;
    let (device, codes) = app.enrol(&ada).await;
    let log_in = async |keys: &str, code: &str| {
        let router = app.with_fernet_keys(keys);
        let body = json!({ "email": ADA, "password": PASSWORD, "totp": code });
        let call = crate::harness::Call::to(&router, axum::http::Method::POST, "/v1/auth/login");
        call.json(body).send().await
    };
    let early = log_in(NEW_KEY, &device.code()).await;
    early.problem(500, "internal");
    log_in(NEW_KEY, &codes[0]).await.expect(200);
    let both = format!("{NEW_KEY},{}", crate::harness::FERNET_KEY);
    log_in(&both, &device.code()).await.expect(200);
    app.state.clock.advance(Duration::from_secs(30));
    log_in(NEW_KEY, &device.code()).await.expect(200);
}
