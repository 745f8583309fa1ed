//! "Jobs wait": workers are added, and taken away.

use super::scenario::Scenario;
use crate::harness::{PATIENCE, TestStack};

#[tokio::test]
async fn jobs_that_wait_are_done_by_workers_that_are_added_and_one_that_is_taken_away_ends_well() {
    let mut stack = TestStack::start(|options| options.workers(0)).await;
    let addresses = [1, 2, 3].map(|number| format!("waits-{number}@dossier.example"));
    for address in &addresses {
        stack.sign_up(address).await;
    }
    let mut page = Scenario::on(&stack, "Jobs wait").await;
    page.step("queues list").await;
    page.step("--state ready --limit").await;
    for _ in 0..2 {
        stack.start_worker().await.expect("a worker starts");
    }
    page.take_from(&stack);
    page.step("--state ready --state running").await;
    for address in &addresses {
        stack.wait_for_mail(address).await;
        assert_eq!(stack.mails_to(address), 1, "{address}");
    }
    let first = stack.workers().next().expect("a worker").clone();
    page.step("kill -TERM").await;
    let ended = tokio::time::timeout(PATIENCE, first.wait()).await;
    let ended = ended.expect("the worker stops");
    assert!(ended.success(), "{ended}");
    stack.sign_up("later@dossier.example").await;
    stack.wait_for_mail("later@dossier.example").await;
    page.step("workers list").await;
    page.end();
}
