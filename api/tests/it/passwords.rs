//! A password is changed by whoever knows it, and everybody else is signed out.

use dossier_common::queue::{QueueName, SendEmail};
use dossier_common::user::Role;
use futures_util::future::join_all;
use mongodb::bson::doc;
use serde_json::json;

use crate::harness::{App, PASSWORD, Workers};

const ADA: &str = "ada@example.com";
const NEW: &str = "another long pass phrase";

#[tokio::test]
async fn a_change_ends_the_other_sessions_keeps_this_one_and_tells_the_owner() {
    for role in [Role::Client, Role::Ops, Role::Admin] {
        let app = App::start().await;
        let workers = Workers::start(&app, &[QueueName::of::<SendEmail>()]);
        let ada = app.person(ADA, role).await;
        let other = app.log_in(ADA, PASSWORD).await.expect(200).json();
        let bob = app.client().await;
        app.change_password(&ada, PASSWORD, NEW).await.expect(204);
        app.get("/v1/me").by(&ada).send().await.expect(200);
        app.get("/v1/me").by(&bob).send().await.expect(200);
        let access = other["access_token"].as_str().expect("a token");
        let ended = app.get("/v1/me").bearer(access).send().await;
        ended.problem(401, "unauthorized");
        let body = json!({ "refresh_token": other["refresh_token"] });
        let ended = app.post("/v1/auth/refresh").json(body).send().await;
        ended.problem(401, "unauthorized");
        let old = app.log_in(ADA, PASSWORD).await;
        old.problem(401, "invalid_credentials");
        app.log_in(ADA, NEW).await.expect(200);
        let mail = workers.mail(1).await;
        assert!(mail.contains("password of your account was changed"));
        assert!(mail.contains("https://dossier.example.com/reset-password"));
        workers.stop().await;
    }
}

#[tokio::test]
async fn without_the_current_password_nothing_is_changed_and_nobody_is_told() {
    let app = App::start().await;
    let ada = app.person(ADA, Role::Client).await;
    for (current, new, field) in [
        (NEW, NEW, "current_password"),
        ("", NEW, "current_password"),
        (&*"x".repeat(2000), NEW, "current_password"),
        (PASSWORD, "short", "new_password"),
        (PASSWORD, "password1234", "new_password"),
        (PASSWORD, "ada@example.com", "new_password"),
        (PASSWORD, &*"x".repeat(2000), "new_password"),
    ] {
        let answer = app.change_password(&ada, current, new).await;
        let problem = answer.problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
    let body = json!({ "new_password": NEW });
    let without = app.post("/v1/me/password").by(&ada).json(body);
    without.send().await.problem(422, "invalid_fields");
    app.log_in(ADA, PASSWORD).await.expect(200);
    assert_eq!(app.jobs("send-email").await, 0);
    assert_eq!(app.count("sessions", doc! { "revoked_at": null }).await, 2);
}

#[tokio::test]
async fn only_so_many_current_passwords_are_tried_and_the_session_goes_on() {
    let app = App::start().await;
    let ada = app.person(ADA, Role::Client).await;
    let tries = (0..14).map(|_| app.change_password(&ada, "wrong", NEW));
    let answers = join_all(tries).await;
    let told: Vec<_> = answers.iter().map(|it| it.status.as_u16()).collect();
    assert_eq!(told.iter().filter(|it| **it == 422).count(), 10, "{told:?}");
    assert_eq!(told.iter().filter(|it| **it == 429).count(), 4, "{told:?}");
    let right = app.change_password(&ada, PASSWORD, NEW).await;
    right.problem(429, "rate_limited");
    assert_eq!(right.header("retry-after"), "900");
    app.get("/v1/me").by(&ada).send().await.expect(200);
    app.log_in(ADA, PASSWORD).await.expect(200);
    let quarter = std::time::Duration::from_secs(15 * 60);
    app.state.clock.advance(quarter);
    let ada = crate::harness::Person {
        token: app.mint(ada.id, ada.session),
        ..ada
    };
    app.change_password(&ada, PASSWORD, NEW).await.expect(204);
    app.change_password(&ada, "wrong", PASSWORD)
        .await
        .problem(422, "invalid_fields");
}

#[tokio::test]
async fn of_two_changes_at_once_one_wins() {
    let app = App::start().await;
    let ada = app.person(ADA, Role::Client).await;
    let passwords = [NEW, "yet another long pass phrase"];
    let both = passwords.map(|new| app.change_password(&ada, PASSWORD, new));
    let answers = join_all(both).await;
    let mut right = 0;
    for (password, answer) in passwords.into_iter().zip(answers) {
        let won = answer.status == 204;
        // The later one meets the other's transaction, or finds another password than it proved.
        assert!(
            won || [409, 422].contains(&answer.status.as_u16()),
            "{answer:?}"
        );
        let status = if won { 200 } else { 401 };
        app.log_in(ADA, password).await.expect(status);
        right += usize::from(won);
    }
    assert_eq!(right, 1);
    assert_eq!(app.jobs("send-email").await, 1);
}
