//! A lost second factor is removed by whoever reads the account's mails and knows its password, after an
//! operator had the mail sent.

use std::time::Duration;

use dossier_common::queue::{QueueName, SendEmail};
use dossier_common::user::Role;
use mongodb::bson::doc;
use serde_json::json;

use crate::harness::{Answer, App, PASSWORD, Program, Workers};

const ADA: &str = "ada@example.com";

async fn remove(app: &App, token: &str, password: &str) -> Answer {
    let body = json!({ "token": token, "password": password });
    let call = app.post("/v1/auth/reset-second-factor/confirm");
    call.json(body).send().await
}

#[tokio::test]
async fn the_mailed_link_and_the_password_remove_it_together_once() {
    let app = App::start().await;
    let workers = Workers::start(&app, &[QueueName::of::<SendEmail>()]);
    let ada = app.person(ADA, Role::Ops).await;
    app.enrol(&ada).await;
    workers.mail(1).await;
    app.send_second_factor_reset(ADA).await;
    let token = workers.token("reset-second-factor", 2).await;

    let path = format!("/reset-second-factor/{token}");
    for _ in 0..20 {
        let page = app.get(&path).send().await.expect(200);
        assert!(page.text().contains("<label for=\"password\""));
        let pressed = app.post(&path).send().await.expect(422);
        assert!(pressed.text().contains("role=\"alert\""));
    }
    let wrong = remove(&app, &token, "a wrong pass phrase").await;
    wrong.problem(400, "token_invalid");
    let other = app.reset(&token, "another long pass phrase").await;
    other.problem(400, "token_invalid");
    app.log_in(ADA, PASSWORD)
        .await
        .problem(401, "totp_required");

    remove(&app, &token, PASSWORD).await.expect(204);
    assert_eq!(app.count("sessions", doc! { "revoked_at": null }).await, 0);
    app.log_in(ADA, PASSWORD).await.expect(200);
    let again = remove(&app, &token, PASSWORD).await;
    again.problem(400, "token_invalid");
    let told = workers.mail(3).await;
    assert!(
        told.contains("second factor of your account was removed"),
        "{told}"
    );
    workers.stop().await;
}

#[tokio::test]
async fn only_so_many_passwords_are_tried_with_one_link_within_its_half_hour() {
    let app = App::start().await;
    let workers = Workers::start(&app, &[QueueName::of::<SendEmail>()]);
    let ada = app.person(ADA, Role::Client).await;
    app.enrol(&ada).await;
    workers.mail(1).await;
    for count in [2, 3] {
        app.send_second_factor_reset(ADA).await;
        let token = workers.token("reset-second-factor", count).await;
        if count == 2 {
            for _ in 0..10 {
                let wrong = remove(&app, &token, "a wrong pass phrase").await;
                wrong.problem(400, "token_invalid");
            }
        } else {
            app.state.clock.advance(Duration::from_secs(30 * 60));
        }
        let right = remove(&app, &token, PASSWORD).await;
        right.problem(400, "token_invalid");
        crate::harness::eventually("the mail is recorded", async || {
            let waiting = doc! { "mail_due_at": { "$ne": null } };
            (app.count("resets", waiting).await == 0).then_some(())
        })
        .await;
    }
    app.log_in(ADA, PASSWORD)
        .await
        .problem(401, "totp_required");
    workers.stop().await;
}

#[tokio::test]
async fn an_operator_has_the_mail_sent_and_removes_nothing() {
    let app = App::start().await;
    let ada = app.person(ADA, Role::Admin).await;
    let send = || {
        let words = ["users", "send-second-factor-reset", ADA];
        Program::bare(&words).variable("MONGODB_URI", app.uri())
    };
    let (code, said) = send().run("").await;
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("has no second factor"), "{said}");
    app.enrol(&ada).await;
    let (code, said) = send().run("").await;
    assert_eq!(code, 0, "{said}");
    let of = doc! { "email_key": ADA, "of": "second_factor" };
    assert_eq!(app.count("resets", of).await, 1);
    app.log_in(ADA, PASSWORD)
        .await
        .problem(401, "totp_required");
}
