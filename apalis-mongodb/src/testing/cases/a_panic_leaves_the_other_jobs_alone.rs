//! A panic that no layer catches ends its own attempt and nothing else.

use std::time::Duration;

use crate::testing::case::About;
use crate::testing::outcome::require;
use crate::testing::test_queue::{TestQueue, panics};
use crate::testing::{CaseError, Subject};

pub(super) const ABOUT: About =
    About::new("a panic without `.catch_panic()` leaves the worker's other jobs running").shows(15);

pub(super) async fn play<S: Subject>(test: TestQueue<S>) -> Result<(), CaseError> {
    test.push([1, 2]).await?;
    let worker = test.worker("a").concurrency(2).start(|run| async move {
        tokio::time::sleep(Duration::from_millis(500)).await;
        if run.number == 2 && run.nth == 1 {
            panics();
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        Ok(())
    })?;
    let ended = test
        .journal
        .all_ended([1, 2], Duration::from_secs(10))
        .await;
    worker.lives()?;
    ended?;
    let runs = test.journal.runs(1);
    require!(runs == 1, "the other job ran {runs} times");
    worker.stop().await
}
