//! "Jobs are dead": mails of two causes, one of which goes away.

use dossier_devstack::mail::Behaviour;

use super::scenario::Scenario;
use crate::harness::TestStack;
use crate::jobs::the_job_in_state;

/// Whose mailbox there is not.
const GONE: &str = "gone@dossier.example";

#[tokio::test]
async fn of_dead_jobs_those_whose_cause_is_gone_run_again_and_are_done_once() {
    let stack = TestStack::start(|options| options).await;
    let mut page = Scenario::on(&stack, "Jobs are dead").await;
    let behave = |behaviour| stack.mail().behave(behaviour).expect("a server can be so");
    let has_no_mailbox = || Behaviour::reject(550).only_for(GONE);
    behave(has_no_mailbox());
    stack.sign_up(GONE).await;
    the_job_in_state(&stack, "send-email", "dead").await;
    behave(Behaviour::reject(554).saying("5.7.1 Relaying denied"));
    let addresses = ["one@dossier.example", "two@dossier.example"];
    page.set("ADDRESS", addresses[0]);
    for address in addresses {
        stack.sign_up(address).await;
    }
    page.step("failures").await;
    page.step("explain").await;
    behave(has_no_mailbox());
    page.step("--dry-run").await;
    page.step("--over").await;
    page.step("jobs operations").await;
    page.step("--error 554").await;
    page.end();
    for address in addresses {
        stack.wait_for_mail(address).await;
        assert_eq!(stack.mails_to(address), 1, "{address}");
    }
}
