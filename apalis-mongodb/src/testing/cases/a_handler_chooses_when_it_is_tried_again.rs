//! `RetryAfterError` is honoured.

use std::time::Duration;

use apalis_core::error::RetryAfterError;

use crate::testing::case::About;
use crate::testing::outcome::require;
use crate::testing::test_queue::TestQueue;
use crate::testing::{CaseError, Subject};

const LATER: Duration = Duration::from_secs(4);

pub(super) const ABOUT: About =
    About::new("a job that fails with `RetryAfterError` of 4 s is tried again after 4 s").shows(10);

pub(super) async fn play<S: Subject>(test: TestQueue<S>) -> Result<(), CaseError> {
    test.push([1]).await?;
    let worker = test.worker("a").start(|run| async move {
        if run.nth == 1 {
            return Err(RetryAfterError::new("later", LATER).into());
        }
        Ok(())
    })?;
    test.journal.started(1, 2, Duration::from_secs(15)).await?;
    let runs = test.journal.of(1);
    let gap = runs[1].started - runs[0].started;
    let asked = Duration::from_millis(3900)..Duration::from_secs(7);
    require!(
        asked.contains(&gap),
        "the second attempt came after {} ms",
        gap.as_millis()
    );
    worker.stop().await
}
