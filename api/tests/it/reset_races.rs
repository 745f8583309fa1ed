//! Many resets of one password: what ends, what stays, and how many mails there are.

use std::time::Duration;

use dossier_common::mail_quota::MAX_MAILS;
use dossier_common::user::Role;
use futures_util::future::join_all;
use mongodb::bson::doc;

use crate::harness::{App, PASSWORD};

const ADA: &str = "ada@example.com";
const NEW: &str = "another long pass phrase";

#[tokio::test]
async fn every_mailed_link_works_until_one_is_used_which_ends_the_others() {
    let app = App::start().await;
    app.account(ADA, Role::Client, true).await;
    let mut tokens = Vec::new();
    for _ in 0..3 {
        app.state.clock.advance(Duration::from_millis(1));
        app.ask_for_reset(ADA).await.expect(202);
        tokens.push(app.newest_reset_token(ADA).await);
        app.let_reset_mails_be_sent().await;
    }
    // Whoever asks for another mail with somebody else's address breaks no link of theirs.
    app.reset(&tokens[0], NEW).await.expect(204);
    for token in &tokens {
        let refused = app.reset(token, PASSWORD).await;
        refused.problem(400, "token_invalid");
    }
    assert_eq!(app.count("resets", doc! {}).await, 0);
    app.log_in(ADA, NEW).await.expect(200);
}

#[tokio::test]
async fn a_changed_password_ends_the_links_that_could_replace_it() {
    let app = App::start().await;
    let ada = app.person(ADA, Role::Client).await;
    app.ask_for_reset(ADA).await.expect(202);
    let token = app.newest_reset_token(ADA).await;
    app.change_password(&ada, PASSWORD, NEW).await.expect(204);
    let refused = app.reset(&token, PASSWORD).await;
    refused.problem(400, "token_invalid");
}

#[tokio::test]
async fn of_many_uses_of_one_link_at_once_one_replaces_the_password() {
    let app = App::start().await;
    app.account(ADA, Role::Client, true).await;
    app.ask_for_reset(ADA).await.expect(202);
    let token = app.newest_reset_token(ADA).await;
    let passwords: Vec<String> = (0..6).map(|n| format!("{NEW} number {n}")).collect();
    let uses = passwords.iter().map(|new| app.reset(&token, new));
    let answers = join_all(uses).await;
    let mut right = 0;
    for (password, answer) in passwords.iter().zip(answers) {
        let won = answer.status == 204;
        if !won {
            answer.problem(400, "token_invalid");
        }
        let status = if won { 200 } else { 401 };
        app.log_in(ADA, password).await.expect(status);
        right += usize::from(won);
    }
    assert_eq!(right, 1);
    assert_eq!(app.jobs("send-email").await, 2, "the link's and the notice");
}

#[tokio::test]
async fn an_address_gets_five_links_an_hour_and_later_ones_wait() {
    let app = App::start().await;
    app.account(ADA, Role::Client, true).await;
    for _ in 0..7 {
        app.state.clock.advance(Duration::from_millis(1));
        app.ask_for_reset(ADA).await.expect(202);
        app.let_reset_mails_be_sent().await;
    }
    assert_eq!(app.jobs("send-email").await, 7, "none is dropped");
    assert_eq!(app.deferred_mails().await, 7 - MAX_MAILS as u64);
}

#[tokio::test]
async fn sign_ups_with_an_address_do_not_keep_its_owner_from_a_link() {
    let app = App::start().await;
    app.account(ADA, Role::Client, true).await;
    for _ in 0..MAX_MAILS + 3 {
        app.sign_up(ADA, PASSWORD).await.expect(202);
    }
    assert_eq!(app.deferred_mails().await, 3);
    app.ask_for_reset(ADA).await.expect(202);
    assert_eq!(app.deferred_mails().await, 3, "it is due at once");
}

#[tokio::test]
async fn a_storm_of_requests_for_one_address_sends_one_mail() {
    let app = App::start().await;
    app.account(ADA, Role::Client, true).await;
    let storm = join_all((0..40).map(|_| app.ask_for_reset(ADA))).await;
    for answer in storm {
        // 503 says when to come back; nothing else may happen.
        match answer.status.as_u16() {
            503 => drop(answer.problem(503, "unavailable")),
            _ => drop(answer.expect(202)),
        }
    }
    app.ask_for_reset(ADA).await.expect(202);
    assert_eq!(app.jobs("send-email").await, 1);
    assert_eq!(app.count("resets", doc! {}).await, 1);
}
