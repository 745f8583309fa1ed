//! "The database fails over": the primary steps down, and then another one is killed.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use dossier_devstack::mongod::ReplicaSet;
use serde_json::json;

use super::scenario::Scenario;
use super::shell::mongod_binary;
use crate::harness::TestStack;

/// Signs people up until `is_over`, and returns those who were accepted. The others are told to come back.
async fn sign_ups(stack: &TestStack, is_over: &AtomicBool) -> Vec<String> {
    let (anyone, mut accepted) = (stack.anyone(), Vec::new());
    for number in 0.. {
        let email = format!("client-{number}@dossier.example");
        let body = json!({ "email": email, "password": "correct horse battery staple" });
        let answer = anyone.post("/v1/auth/sign-up", &body).await;
        let answer = answer.expect("the API answers");
        match answer.status.as_u16() {
            202 => accepted.push(email),
            503 => assert!(!answer.header("retry-after").is_empty(), "{answer:?}"),
            _ => panic!("{answer:?}"),
        }
        if is_over.load(Ordering::SeqCst) {
            break;
        }
    }
    accepted
}

#[tokio::test]
async fn what_was_accepted_during_elections_is_done() {
    let folder = tempfile::tempdir().expect("a folder");
    let set = ReplicaSet::start(&mongod_binary().await, folder.path(), 3).await;
    let set = set.expect("it starts");
    let stack = TestStack::start_on(&set.uri("dossier"), |options| {
        let options = options.env("QUEUE_LEASE_SECONDS", 5);
        options.env("MAIL_RETRY_BASE_SECONDS", 1)
    })
    .await;
    let mut page = Scenario::on(&stack, "The database fails over").await;
    let is_over = AtomicBool::new(false);
    let elections = async {
        set.step_down().await.expect("another primary");
        let primary = set.primary().await.expect("a primary");
        primary.process().kill().await;
        set.primary().await.expect("another primary");
        is_over.store(true, Ordering::SeqCst);
    };
    let (accepted, ()) = tokio::join!(sign_ups(&stack, &is_over), elections);
    assert!(!accepted.is_empty(), "nobody was accepted");
    page.step("healthcheck").await;
    page.step("jobs list").await;
    page.end();
    for email in &accepted {
        stack.wait_for_mail(email).await;
        let mails = stack.mail().mailbox().messages_to(email);
        let ids: BTreeSet<_> = mails.iter().map(|mail| mail.header("message-id")).collect();
        assert_eq!(ids.len(), 1, "a receiver cannot tell copies: {ids:?}");
    }
    drop(stack);
    set.kill().await;
}
