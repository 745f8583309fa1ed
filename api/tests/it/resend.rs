//! Asking for another mail tells nothing, and sends no more than an address may get.

use std::time::{Duration, Instant};

use dossier_common::mail_quota::MAX_MAILS;
use dossier_common::queue::{QueueName, SendEmail};
use dossier_common::user::Role;
use mongodb::bson::{Document, doc};
use serde_json::json;

use crate::harness::{Answer, App, Call, PASSWORD, Workers, assert_same, eventually};

const ADA: &str = "ada@example.com";

fn ask(app: &App, email: &str) -> Call {
    let call = app.post("/v1/auth/resend-verification");
    call.json(json!({ "email": email }))
}

async fn resend(app: &App, email: &str) -> Answer {
    let answer = ask(app, email).send().await;
    answer.expect(202).without_request_id()
}

#[tokio::test]
async fn another_mail_leads_to_the_same_sign_up() {
    let app = App::start().await;
    let workers = Workers::start(&app, &[QueueName::of::<SendEmail>()]);
    app.sign_up(ADA, PASSWORD).await.expect(202);
    workers.verification_token(1).await;
    eventually("the mail is recorded", async || {
        let sent = doc! { "mail_due_at": null };
        (app.count("sign_ups", sent).await == 1).then_some(())
    })
    .await;
    resend(&app, "ADA@example.com").await;
    let second = workers.verification_token(2).await;
    app.verify(&second, PASSWORD).await.expect(200);
    workers.stop().await;
}

#[tokio::test]
async fn asking_again_tells_nothing_and_sends_at_most_five_mails_an_hour() {
    let app = App::start().await;
    app.account("verified@example.com", Role::Client, true)
        .await;
    app.sign_up(ADA, PASSWORD).await.expect(202);
    let first = resend(&app, "nobody@example.com").await;
    for _ in 0..6 {
        app.let_mails_be_sent().await;
        for email in [ADA, "verified@example.com"] {
            assert_same(email, &resend(&app, email).await, &first);
        }
    }
    let mails = app.jobs("send-email").await;
    assert_eq!(mails, 7, "the sign-up's mail counts, and none is dropped");
    assert_eq!(mails - app.deferred_mails().await, MAX_MAILS as u64);
    resend(&app, ADA).await;
    assert_eq!(app.jobs("send-email").await, 7, "one is under way already");
    app.let_mails_be_sent().await;
    app.state.clock.advance(Duration::from_secs(2 * 60 * 60));
    resend(&app, ADA).await;
    assert_eq!(app.jobs("send-email").await, 8);
    assert_eq!(app.deferred_mails().await, 2, "it is due at once");
}

#[tokio::test]
async fn an_answer_takes_as_long_whether_or_not_a_mail_is_sent() {
    let app = App::start().await;
    app.sign_up(ADA, PASSWORD).await.expect(202);
    for email in [ADA, "nobody@example.com"] {
        app.let_mails_be_sent().await;
        let began = Instant::now();
        resend(&app, email).await;
        let took = began.elapsed();
        assert!(took >= Duration::from_millis(250), "{email}: {took:?}");
    }
}

#[tokio::test]
async fn asking_again_sends_a_mail_to_each_that_waits_and_extends_no_life_for_ever() {
    let app = App::start().await;
    for password in [PASSWORD, "a pass phrase of the attacker"] {
        app.sign_up(ADA, password).await.expect(202);
    }
    app.let_mails_be_sent().await;
    resend(&app, ADA).await;
    assert_eq!(app.jobs("send-email").await, 4);
    for _ in 0..4 {
        app.state
            .clock
            .advance(Duration::from_secs(2 * 24 * 60 * 60));
        app.let_mails_be_sent().await;
        resend(&app, ADA).await;
    }
    assert_eq!(app.jobs("send-email").await, 10, "not after a week");
}

async fn mails_counted(app: &App) -> usize {
    let quotas = app.database().collection::<Document>("mail_quotas");
    let row = quotas.find_one(doc! {}).await.expect("it can be read");
    row.map_or(0, |row| row.get_array("due_at").expect("instants").len())
}

#[tokio::test]
async fn a_storm_of_resends_sends_one_mail_and_fails_nobody() {
    let app = App::start().await;
    app.sign_up(ADA, PASSWORD).await.expect(202);
    app.let_mails_be_sent().await;
    let storm = futures_util::future::join_all((0..60).map(|_| ask(&app, ADA).send())).await;
    for answer in storm {
        // 503 says when to come back; nothing else may happen.
        if answer.status == 503 {
            answer.problem(503, "unavailable");
            assert_eq!(answer.header("retry-after"), "2");
        } else {
            answer.expect(202);
        }
    }
    for _ in 0..3 {
        resend(&app, ADA).await;
    }
    assert_eq!(app.jobs("send-email").await, 2);
    assert_eq!(
        mails_counted(&app).await,
        2,
        "who asks while a mail is under way counts nothing"
    );
}

#[tokio::test]
async fn who_meets_an_endless_transaction_is_told_to_come_back() {
    let app = App::start().await;
    app.sign_up(ADA, PASSWORD).await.expect(202);
    app.let_mails_be_sent().await;
    let client = app.database().client();
    let mut session = client.start_session().await.expect("a session");
    session.start_transaction().await.expect("a transaction");
    let quotas = app.database().collection::<Document>("mail_quotas");
    quotas
        .update_one(doc! {}, doc! { "$push": { "due_at": app.now() } })
        .session(&mut session)
        .await
        .expect("it can be written");
    let answer = ask(&app, ADA).send().await;
    answer.problem(503, "unavailable");
    assert_eq!(answer.header("retry-after"), "2");
    session.abort_transaction().await.expect("it can be ended");
    resend(&app, ADA).await;
    assert_eq!(mails_counted(&app).await, 2);
}
