//! "Jobs are dead": mails that a server refused for good, and takes later.

use dossier_devstack::mail::Behaviour;

use super::scenario::Scenario;
use crate::harness::{TestStack, eventually};
use crate::jobs::jobs_of;

#[tokio::test]
async fn mails_that_were_refused_are_sent_once_when_the_cause_is_gone() {
    let stack = TestStack::start(|options| options).await;
    let mut page = Scenario::on(&stack, "Jobs are dead").await;
    let addresses = ["one@dossier.example", "two@dossier.example"];
    page.set("ADDRESS", addresses[0]);
    let behave = |behaviour| stack.mail().behave(behaviour).expect("a server can be so");
    behave(Behaviour::reject(550));
    for address in addresses {
        stack.sign_up(address).await;
    }
    page.step("--state dead").await;
    eventually("both mails are refused", || async {
        let jobs = jobs_of(&stack, "send-email").await;
        jobs.iter().all(|job| job["state"] == "dead").then_some(())
    })
    .await;
    page.step("--dry-run").await;
    behave(Behaviour::ok());
    page.step("--wait").await;
    page.step("jobs list").await;
    page.end();
    for address in addresses {
        assert_eq!(stack.mails_to(address), 1, "{address}");
    }
}
