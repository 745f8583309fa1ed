//! A batch with a duplicate idempotency key enqueues the rest.

use std::time::Duration;

use apalis_core::task::builder::TaskBuilder;

use crate::testing::case::About;
use crate::testing::outcome::require;
use crate::testing::test_queue::TestQueue;
use crate::testing::{Candidate, CaseError, Job, Subject};

pub(super) const ABOUT: About =
    About::new("of a batch with a duplicate idempotency key the other jobs run");

pub(super) async fn play<S: Subject>(test: TestQueue<S>) -> Result<(), CaseError> {
    test.push_with(1, |task| task.idempotency_key("one"))
        .await?;
    let keyed = |number, key: &str| {
        let task = TaskBuilder::new(Job { number }).idempotency_key(key);
        task.task_id(S::Backend::new_id()).build()
    };
    let batch = vec![keyed(2, "one"), keyed(3, "three"), keyed(4, "four")];
    let pushed = test.backend().await?.push_tasks(batch).await;
    let worker = test.worker("a").start_taking(Duration::ZERO)?;
    let ran = test
        .journal
        .all_ended([1, 3, 4], Duration::from_secs(6))
        .await;
    if let (Err(_), Err(CaseError::Failed(reason))) = (ran, pushed) {
        return Err(CaseError::Failed(format!(
            "the batch was refused: {reason}"
        )));
    }
    worker.stop().await?;
    let runs: Vec<usize> = (1..=4).map(|number| test.journal.runs(number)).collect();
    require!(
        runs == [1, 0, 1, 1],
        "the jobs 1, 2 (a duplicate), 3 and 4 ran {runs:?} times"
    );
    Ok(())
}
