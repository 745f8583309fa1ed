//! Mail survives a mail server that is away.

use std::time::Duration;

use dossier_devstack::mail::Behaviour;
use dossier_devstack::testing::Stopwatch;

use crate::harness::{TestStack, eventually};
use crate::jobs::{jobs_of, the_job_in_state};

const CLIENT: &str = "client@dossier.example";

#[tokio::test]
async fn a_sign_up_while_the_mail_server_is_down_is_accepted_and_its_mail_arrives_by_itself() {
    let stack = TestStack::start(|options| options.env("MAIL_RETRY_BASE_SECONDS", 1)).await;
    stack
        .mail()
        .behave(Behaviour::down())
        .expect("it can be down");
    let watch = Stopwatch::start();
    stack.sign_up(CLIENT).await;
    assert!(
        watch.ran() < Duration::from_secs(10),
        "the sign-up waited for the mail server"
    );
    eventually("a failed attempt", || async {
        let jobs = jobs_of(&stack, "send-email").await;
        jobs.into_iter()
            .find(|job| job["attempts"].as_u64() >= Some(1) && job["state"] != "running")
    })
    .await;
    assert_eq!(stack.mails_to(CLIENT), 0);
    stack
        .mail()
        .behave(Behaviour::ok())
        .expect("it can be back");
    stack.wait_for_mail(CLIENT).await;
    the_job_in_state(&stack, "send-email", "done").await;
    assert_eq!(stack.mails_to(CLIENT), 1);
}
