//! "The mail server takes no mail": it is down, and comes back.

use dossier_devstack::mail::Behaviour;

use super::scenario::Scenario;
use crate::harness::TestStack;

/// One more than it takes to park the mails.
const SIGN_UPS: usize = 6;

#[tokio::test]
async fn mails_that_a_server_does_not_take_are_parked_and_follow_when_it_is_back() {
    let stack = TestStack::start(|options| options.env("MAIL_RETRY_BASE_SECONDS", 1)).await;
    let mut page = Scenario::on(&stack, "The mail server takes no mail").await;
    page.set("ADDRESS", "you@dossier.example");
    let behave = |behaviour| stack.mail().behave(behaviour).expect("a server can be so");
    behave(Behaviour::down());
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
        assert_eq!(stack.mails_to(address), 1, "{address}");
    }
}
