//! A worker that dies or freezes in the middle of a job costs nothing but a re-run.

use std::collections::BTreeSet;

use dossier_devstack::mail::Behaviour;
use dossier_devstack::process::Signal;

use crate::harness::{PATIENCE, TestStack};
use crate::jobs::{id, shown, the_job_in_state};

const CLIENT: &str = "client@dossier.example";

/// A stack whose only worker is in the middle of sending a mail.
async fn in_the_middle_of_a_job() -> (TestStack, u32) {
    let stack = TestStack::start(|options| options.env("QUEUE_LEASE_SECONDS", 2)).await;
    stack
        .mail()
        .behave(Behaviour::stall())
        .expect("it can stall");
    stack.sign_up(CLIENT).await;
    assert!(
        stack.mail().wait_until_stalled(1, PATIENCE).await,
        "the mail is under way"
    );
    the_job_in_state(&stack, "send-email", "running").await;
    let pid = stack.workers().next().expect("a worker").pid();
    (stack, pid)
}

#[tokio::test]
async fn the_job_of_a_killed_worker_is_completed_by_the_next_one() {
    let (mut stack, pid) = in_the_middle_of_a_job().await;
    stack
        .kill_worker(pid)
        .await
        .expect("the worker can be killed");
    assert!(stack.mail().wait_until_stalled(0, PATIENCE).await);
    stack
        .mail()
        .behave(Behaviour::ok())
        .expect("it can take mail");
    stack.start_worker().await.expect("another worker starts");
    let job = the_job_in_state(&stack, "send-email", "done").await;
    assert_eq!(stack.mails_to(CLIENT), 1, "{job:#}");
    assert!(
        shown(&stack, id(&job)).await.contains("lease_expired"),
        "{job:#}"
    );
}

#[tokio::test]
async fn a_frozen_worker_cannot_acknowledge_what_another_has_taken_over() {
    let (mut stack, pid) = in_the_middle_of_a_job().await;
    let frozen = stack.workers().next().expect("a worker").clone();
    frozen.signal(Signal::STOP);
    let other = stack.start_worker().await.expect("another worker starts");
    assert_ne!(other, pid);
    // The frozen worker's mail goes out too, but only the other worker can record it.
    stack
        .mail()
        .behave(Behaviour::ok())
        .expect("it can take mail");
    let done = the_job_in_state(&stack, "send-email", "done").await;
    let before = shown(&stack, id(&done)).await;
    frozen.signal(Signal::CONT);
    // A drained worker has said everything it had to say.
    stack
        .stop_worker(pid)
        .await
        .expect("the thawed worker drains");
    let after = shown(&stack, id(&done)).await;
    assert_eq!(before, after, "the late worker changed the job");
    let mails = stack.mail().mailbox().messages_to(CLIENT);
    let message_ids: BTreeSet<_> = mails.iter().map(|mail| mail.header("message-id")).collect();
    assert_eq!(
        message_ids.len(),
        1,
        "a receiver cannot tell the copies: {message_ids:?}"
    );
}
