//! Many sign-ups of one address: none disturbs another, and the first to be confirmed wins.

use dossier_common::queue::{QueueName, SendEmail};
use dossier_common::user::Role;
use futures_util::future::join_all;
use mongodb::bson::doc;

use crate::harness::{App, PASSWORD, Program, Workers, eventually};

const ADA: &str = "ada@example.com";
const ATTACKER: &str = "a pass phrase of the attacker";

#[tokio::test]
async fn a_second_sign_up_takes_over_neither_the_first_nor_the_account() {
    let app = App::start().await;
    let workers = Workers::start(&app, &[QueueName::of::<SendEmail>()]);
    app.sign_up(ADA, PASSWORD).await.expect(202);
    let of_ada = workers.verification_token(1).await;
    app.sign_up(ADA, ATTACKER).await.expect(202);
    let of_attacker = workers.verification_token(2).await;
    // She opens the newest mail, which she takes for her own.
    let refused = app.verify(&of_attacker, PASSWORD).await;
    refused.problem(400, "token_invalid");
    app.verify(&of_ada, PASSWORD).await.expect(200);
    app.log_in(ADA, PASSWORD).await.expect(200);
    let refused = app.log_in(ADA, ATTACKER).await;
    refused.problem(401, "invalid_credentials");
    let refused = app.verify(&of_attacker, ATTACKER).await;
    refused.problem(400, "token_invalid");
    workers.stop().await;
}

#[tokio::test]
async fn signing_up_again_once_there_is_an_account_changes_nothing_of_it() {
    let app = App::start().await;
    let user = app.account(ADA, Role::Client, true).await;
    app.sign_up(ADA, ATTACKER).await.expect(202);
    let token = app.newest_token(ADA).await;
    let refused = app.verify(&token, ATTACKER).await;
    refused.problem(400, "token_invalid");
    app.log_in(ADA, PASSWORD).await.expect(200);
    let unchanged = doc! { "_id": user.id, "password_hash": user.password_hash };
    assert_eq!(app.count("users", unchanged).await, 1);
}

#[tokio::test]
async fn five_sign_ups_of_somebody_else_defer_her_mail_and_do_not_keep_it_away() {
    let app = App::start().await;
    for _ in 0..5 {
        app.sign_up(ADA, ATTACKER).await.expect(202);
    }
    app.sign_up(ADA, PASSWORD).await.expect(202);
    assert_eq!(app.jobs("send-email").await, 6);
    assert_eq!(app.deferred_mails().await, 1);
    app.let_deferred_mails_be_due().await;
    let workers = Workers::start(&app, &[QueueName::of::<SendEmail>()]);
    let mut tokens = Vec::new();
    for mail in 1..=6 {
        tokens.push(workers.verification_token(mail).await);
    }
    let mut confirmed = 0;
    for token in &tokens {
        confirmed += u32::from(app.verify(token, PASSWORD).await.status == 200);
    }
    assert_eq!(confirmed, 1);
    app.log_in(ADA, PASSWORD).await.expect(200);
    workers.stop().await;
}

#[tokio::test]
async fn the_first_to_be_confirmed_ends_the_others_and_their_mails() {
    let app = App::start().await;
    app.sign_up(ADA, ATTACKER).await.expect(202);
    app.sign_up("ADA@example.com", PASSWORD).await.expect(202);
    app.sign_up("bob@example.com", PASSWORD).await.expect(202);
    let token = app.newest_token(ADA).await;
    app.verify(&token, PASSWORD).await.expect(200);
    assert_eq!(app.count("sign_ups", doc! {}).await, 1, "bob's");
    let workers = Workers::start(&app, &[QueueName::of::<SendEmail>()]);
    workers.verification_token(1).await;
    let done = doc! { "queue": "send-email", "status": "Done" };
    eventually("the jobs are done", async || {
        (app.count("apalis_jobs", done.clone()).await == 3).then_some(())
    })
    .await;
    assert_eq!(workers.mails().len(), 1, "bob's");
    workers.stop().await;
}

#[tokio::test]
async fn of_many_confirmations_of_one_sign_up_at_once_one_makes_the_account() {
    let app = App::start().await;
    app.sign_up(ADA, PASSWORD).await.expect(202);
    let token = app.newest_token(ADA).await;
    let answers = join_all((0..8).map(|_| app.verify(&token, PASSWORD))).await;
    let mut confirmed = 0;
    for answer in answers {
        match answer.status.as_u16() {
            200 => confirmed += 1,
            _ => drop(answer.problem(400, "token_invalid")),
        }
    }
    assert_eq!(confirmed, 1);
    assert_eq!(app.count("users", doc! {}).await, 1);
}

#[tokio::test]
async fn of_two_sign_ups_confirmed_at_once_one_wins_and_its_password_is_the_accounts() {
    for _ in 0..5 {
        let app = App::start().await;
        app.sign_up(ADA, PASSWORD).await.expect(202);
        let first = app.newest_token(ADA).await;
        app.sign_up(ADA, ATTACKER).await.expect(202);
        let second = app.newest_token(ADA).await;
        let both = [app.verify(&first, PASSWORD), app.verify(&second, ATTACKER)];
        let answers = join_all(both).await;
        let wins: Vec<bool> = answers.iter().map(|it| it.status == 200).collect();
        assert_ne!(wins[0], wins[1]);
        for (password, won) in [PASSWORD, ATTACKER].into_iter().zip(wins) {
            let status = if won { 200 } else { 401 };
            app.log_in(ADA, password).await.expect(status);
        }
        assert_eq!(app.count("users", doc! {}).await, 1);
        assert_eq!(app.count("sign_ups", doc! {}).await, 0);
    }
}

#[tokio::test]
async fn an_account_made_by_an_operator_ends_the_sign_ups_of_its_address() {
    let app = App::start().await;
    app.account(ADA, Role::Client, false).await;
    app.sign_up(ADA, ATTACKER).await.expect(202);
    let token = app.newest_token(ADA).await;
    let words = [
        "users",
        "create",
        "--email",
        ADA,
        "--role",
        "ops",
        "--password-stdin",
    ];
    let program = Program::bare(&words).variable("MONGODB_URI", app.uri());
    let (code, said) = program.run(PASSWORD).await;
    assert_eq!(code, 0, "{said}");
    let refused = app.verify(&token, ATTACKER).await;
    refused.problem(400, "token_invalid");
    assert_eq!(app.count("sign_ups", doc! {}).await, 0);
    assert_eq!(app.count("users", doc! { "role": "ops" }).await, 1);
    assert_eq!(app.count("users", doc! {}).await, 1);
}
