//! "A job ends its workers": three of them, and then it is taken out.

use dossier_devstack::mail::Behaviour;

use super::scenario::Scenario;
use crate::harness::{PATIENCE, TestStack};

const CLIENT: &str = "client@dossier.example";

/// So many workers a job may end.
const WORKERS: usize = 3;

#[tokio::test]
async fn a_job_that_ended_three_workers_is_dead_and_can_be_retried() {
    let mut stack = TestStack::start(|options| options.env("QUEUE_LEASE_SECONDS", 2)).await;
    let stalls = Behaviour::stall();
    stack.mail().behave(stalls).expect("a server can be so");
    stack.sign_up(CLIENT).await;
    for _ in 0..WORKERS {
        let is_under_way = stack.mail().wait_until_stalled(1, PATIENCE).await;
        assert!(is_under_way, "no worker has the job");
        let pid = stack.workers().next().expect("a worker").pid();
        stack.kill_worker(pid).await.expect("it can be killed");
        let is_gone = stack.mail().wait_until_stalled(0, PATIENCE).await;
        assert!(is_gone, "its connection is still there");
        stack.start_worker().await.expect("another worker starts");
    }
    let mut page = Scenario::on(&stack, "A job ends its workers").await;
    page.step("--state dead").await;
    page.step("jobs show").await;
    let takes = Behaviour::ok();
    stack.mail().behave(takes).expect("a server can be so");
    page.step("jobs retry").await;
    page.end();
    assert_eq!(stack.mails_to(CLIENT), 1);
}
