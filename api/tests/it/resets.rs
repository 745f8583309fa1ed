//! A forgotten password is replaced by whoever reads the account's mails, and by nobody else.

use std::time::{Duration, Instant};

use axum::http::Method;
use dossier_common::mail_quota::MAX_MAILS;
use dossier_common::queue::{QueueName, SendEmail};
use dossier_common::user::Role;
use mongodb::bson::doc;

use crate::harness::{App, PASSWORD, Program, Workers, assert_same, eventually};

const ADA: &str = "ada@example.com";
const NEW: &str = "another long pass phrase";

#[tokio::test]
async fn known_unknown_and_waiting_addresses_get_the_same_answer_after_the_same_time() {
    let app = App::start().await;
    app.account(ADA, Role::Client, true).await;
    app.sign_up("waiting@example.com", PASSWORD)
        .await
        .expect(202);
    let first = app.ask_for_reset("nobody@example.com").await.expect(202);
    let first = first.without_request_id();
    for email in [
        ADA,
        "ADA@example.com",
        "waiting@example.com",
        "nobody@example.com",
    ] {
        let began = Instant::now();
        let answer = app.ask_for_reset(email).await.without_request_id();
        let took = began.elapsed();
        assert!(took >= Duration::from_millis(250), "{email}: {took:?}");
        assert_same(email, &answer, &first);
    }
    let bad = app
        .ask_for_reset("ada")
        .await
        .problem(422, "invalid_fields");
    assert_eq!(bad["errors"][0]["field"], "email");
    // What is done differs by what was asked before, not by who has an account.
    assert_eq!(app.count("resets", doc! {}).await, 3);
    assert_eq!(app.jobs("send-email").await, 4, "one is the sign-up's");
}

#[tokio::test]
async fn only_the_owner_of_an_account_gets_a_mail_and_its_link_replaces_the_password_once() {
    for role in [Role::Client, Role::Ops, Role::Admin] {
        let app = App::start().await;
        let workers = Workers::start(&app, &[QueueName::of::<SendEmail>()]);
        let ada = app.person(ADA, role).await;
        app.ask_for_reset("nobody@example.com").await.expect(202);
        app.ask_for_reset("ADA@example.com").await.expect(202);
        let token = workers.token("reset-password", 1).await;
        let answer = app.reset(&token, NEW).await.expect(204);
        assert!(answer.body.is_empty(), "nobody is logged in");
        let ended = app.get("/v1/me").by(&ada).send().await;
        ended.problem(401, "unauthorized");
        let old = app.log_in(ADA, PASSWORD).await;
        old.problem(401, "invalid_credentials");
        app.log_in(ADA, NEW).await.expect(200);
        assert!(
            workers
                .mail(2)
                .await
                .contains("password of your account was changed")
        );
        let again = app.reset(&token, "yet another long pass phrase").await;
        again.problem(400, "token_invalid");
        app.log_in(ADA, NEW).await.expect(200);
        eventually("both requests are done with", async || {
            let waiting = doc! { "mail_due_at": { "$ne": null } };
            (app.count("resets", waiting).await == 0).then_some(())
        })
        .await;
        assert_eq!(workers.mails().len(), 2, "none to the unknown address");
        workers.stop().await;
    }
}

#[tokio::test]
async fn a_link_works_for_half_an_hour_from_when_its_mail_is_sent() {
    let app = App::start().await;
    app.account(ADA, Role::Client, true).await;
    app.ask_for_reset(ADA).await.expect(202);
    app.state.clock.advance(Duration::from_secs(3 * 60 * 60));
    let workers = Workers::start(&app, &[QueueName::of::<SendEmail>()]);
    let token = workers.token("reset-password", 1).await;
    app.state.clock.advance(Duration::from_secs(30 * 60 - 1));
    let weak = app.reset(&token, "password1234").await;
    let problem = weak.problem(422, "invalid_fields");
    assert_eq!(problem["errors"][0]["field"], "new_password");
    eventually("the mail is recorded", async || {
        let sent = doc! { "mail_due_at": null };
        (app.count("resets", sent).await == 1).then_some(())
    })
    .await;
    app.state.clock.advance(Duration::from_secs(1));
    let late = app.reset(&token, NEW).await;
    late.problem(400, "token_invalid");
    let by_the_row = app.newest_reset_token(ADA).await;
    let late = app.reset(&by_the_row, NEW).await;
    late.problem(400, "token_invalid");
    app.log_in(ADA, PASSWORD).await.expect(200);
    workers.stop().await;
}

#[tokio::test]
async fn opening_the_link_changes_nothing_and_a_mail_scanner_does_no_harm() {
    let app = App::start().await;
    app.account(ADA, Role::Client, true).await;
    app.ask_for_reset(ADA).await.expect(202);
    let token = app.newest_reset_token(ADA).await;
    let path = format!("/reset-password/{token}");
    for _ in 0..20 {
        let page = app.get(&path).send().await.expect(200);
        assert!(page.header("content-type").starts_with("text/html"));
        app.call(Method::HEAD, &path).send().await.expect(200);
        let pressed = app.post(&path).send().await.expect(422);
        assert!(pressed.text().contains("role=\"alert\""));
        app.submit_reset(&token, "").send().await.expect(422);
    }
    app.log_in(ADA, PASSWORD).await.expect(200);
    let weak = app.submit_reset(&token, "password1234").send().await;
    let weak = weak.expect(422);
    assert!(weak.text().contains("too easy to guess"), "{}", weak.text());
    let done = app.submit_reset(&token, NEW).send().await.expect(200);
    assert!(!done.text().contains("<form"));
    app.log_in(ADA, NEW).await.expect(200);
    let again = app.submit_reset(&token, NEW).send().await.expect(400);
    assert!(again.text().contains("href=\"/reset-password\""));
}

#[tokio::test]
async fn the_page_that_asks_for_the_mail_says_the_same_for_every_address() {
    let app = App::start().await;
    app.account(ADA, Role::Client, true).await;
    let page = app.get("/reset-password").send().await.expect(200);
    for part in ["<label for=\"email\"", "type=\"email\"", "method=\"post\""] {
        assert!(page.text().contains(part), "{part}");
    }
    let submit = async |email: &str| {
        let call = app.post("/reset-password");
        let form = format!("email={}", email.replace('@', "%40"));
        call.body("application/x-www-form-urlencoded", form)
            .send()
            .await
    };
    let known = submit(ADA).await.expect(200).without_request_id();
    let unknown = submit("nobody@example.com").await.without_request_id();
    assert_same("the page", &unknown, &known);
    for bad in ["", "ada"] {
        let again = submit(bad).await.expect(422);
        assert!(again.text().contains("role=\"alert\""));
    }
    assert_eq!(app.count("resets", doc! {}).await, 2);
}

#[tokio::test]
async fn whoever_has_an_account_already_is_told_where_to_replace_a_forgotten_password() {
    let app = App::start().await;
    let workers = Workers::start(&app, &[QueueName::of::<SendEmail>()]);
    app.account(ADA, Role::Client, true).await;
    app.sign_up(ADA, PASSWORD).await.expect(202);
    let mail = workers.mail(1).await;
    assert!(
        mail.contains("\nhttps://dossier.example.com/reset-password\r"),
        "{mail}"
    );
    workers.stop().await;
}

#[tokio::test]
async fn an_admins_mail_is_sent_at_once_however_many_others_asked_for() {
    let app = App::start().await;
    let workers = Workers::start(&app, &[QueueName::of::<SendEmail>()]);
    let ada = app.account(ADA, Role::Client, true).await;
    let admin = app.admin().await;
    for count in 1..=MAX_MAILS {
        app.ask_for_reset(ADA).await.expect(202);
        workers.mail(count).await;
        recorded(&app, count).await;
    }
    app.ask_for_reset(ADA).await.expect(202);
    assert_eq!(app.deferred_mails().await, 1, "a stranger's waits");
    let path = format!("/v1/admin/users/{}/send-reset", ada.id);
    app.post(&path).by(&admin).send().await.expect(202);
    let token = workers.token("reset-password", MAX_MAILS + 1).await;
    recorded(&app, MAX_MAILS + 1).await;
    app.ask_for_reset(ADA).await.expect(202);
    assert_eq!(app.jobs("send-email").await, MAX_MAILS as u64 + 2);
    assert_eq!(app.deferred_mails().await, 1, "it waits still");
    app.reset(&token, NEW).await.expect(204);
    app.log_in(ADA, NEW).await.expect(200);
    workers.stop().await;
}

#[tokio::test]
async fn an_admins_own_mails_are_five_an_hour_too_and_one_more_waits() {
    let app = App::start().await;
    let ada = app.account(ADA, Role::Client, true).await;
    let admin = app.admin().await;
    let path = format!("/v1/admin/users/{}/send-reset", ada.id);
    for _ in 0..=MAX_MAILS {
        app.let_reset_mails_be_sent().await;
        app.post(&path).by(&admin).send().await.expect(202);
        app.post(&path).by(&admin).send().await.expect(202);
    }
    assert_eq!(app.jobs("send-email").await, MAX_MAILS as u64 + 1);
    assert_eq!(app.deferred_mails().await, 1);
}

/// Waits until the mails of `count` resets are known to be sent.
async fn recorded(app: &App, count: usize) {
    eventually("the mails are recorded", async || {
        let sent = doc! { "mail_due_at": null };
        (app.count("resets", sent).await == count as u64).then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_operator_has_the_mail_sent_and_learns_no_password() {
    let app = App::start().await;
    app.account(ADA, Role::Ops, true).await;
    let send = |email: &str| {
        let words = ["users", "send-reset", email];
        Program::bare(&words).variable("MONGODB_URI", app.uri())
    };
    let (code, said) = send("ADA@example.com").run("").await;
    assert_eq!(code, 0, "{said}");
    let (code, said) = send("nobody@example.com").run("").await;
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("has no account"), "{said}");
    assert_eq!(app.count("resets", doc! { "email_key": ADA }).await, 1);
    assert_eq!(app.jobs("send-email").await, 1);
    let (code, said) = send(ADA).run("").await;
    assert_eq!(code, 0, "{said}");
    assert_eq!(app.jobs("send-email").await, 1, "one is under way already");
}
