//! "The mail server takes no mail": it is down, silent, or refuses everybody for now, and comes back.

use std::collections::BTreeSet;

use dossier_devstack::mail::Behaviour;

use super::scenario::Scenario;
use crate::harness::TestStack;

/// One more than it takes to park the mails.
const SIGN_UPS: usize = 6;

async fn goes_through_with(behaviour: Behaviour) {
    let stack = TestStack::start(|options| {
        let options = options.env("MAIL_RETRY_BASE_SECONDS", 1);
        options.worker_env("SMTP_TIMEOUT_SECONDS", 1)
    })
    .await;
    let mut page = Scenario::on(&stack, "The mail server takes no mail").await;
    page.set("ADDRESS", "you@dossier.example");
    page.set("SMTP_TIMEOUT_SECONDS", "1");
    let behave = |behaviour| stack.mail().behave(behaviour).expect("a server can be so");
    behave(behaviour);
    let addresses: Vec<String> = (0..SIGN_UPS)
        .map(|number| format!("client-{number}@dossier.example"))
        .collect();
    for address in &addresses {
        stack.sign_up(address).await;
    }
    page.step("queues list").await;
    page.step("mail test").await;
    behave(Behaviour::ok());
    page.step("mail test").await;
    page.step("queues list").await;
    page.step("jobs list").await;
    page.end();
    for address in &addresses {
        let mails = stack.mail().mailbox().messages_to(address);
        let ids: BTreeSet<_> = mails.iter().map(|mail| mail.header("message-id")).collect();
        // What a silent server has read it may keep, and then it has the same mail twice.
        assert_eq!(ids.len(), 1, "mails to {address}: {ids:?}");
    }
}

#[tokio::test]
async fn mails_are_parked_while_the_server_is_down_and_follow_when_it_is_back() {
    goes_through_with(Behaviour::down()).await;
}

#[tokio::test]
async fn mails_are_parked_while_the_server_is_silent_and_follow_when_it_answers() {
    goes_through_with(Behaviour::stall()).await;
}

#[tokio::test]
async fn mails_are_parked_while_the_server_refuses_everybody_for_now() {
    goes_through_with(Behaviour::reject(451)).await;
}
