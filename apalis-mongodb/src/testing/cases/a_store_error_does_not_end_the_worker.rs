//! A store that fails for a moment costs neither the worker nor its jobs.

use std::time::Duration;

use crate::testing::case::About;
use crate::testing::test_queue::TestQueue;
use crate::testing::{CaseError, Subject};

const JOB: Duration = Duration::from_millis(300);

/// The buffer is small, so that the worker needs the store all the time.
pub(super) const ABOUT: About =
    About::new("a store that fails for a moment ends no worker and loses no job")
        .shows(5)
        .buffer(2);

pub(super) async fn play<S: Subject>(test: TestQueue<S>) -> Result<(), CaseError> {
    test.push(0..12).await?;
    let worker = test.worker("a").concurrency(2).start_taking(JOB)?;
    test.journal.started(0, 1, Duration::from_secs(10)).await?;
    test.subject.interrupt_store(&test.settings).await?;
    test.push([12]).await?;
    let all = test
        .journal
        .all_ended(0..=12, Duration::from_secs(25))
        .await;
    worker.lives()?;
    all?;
    worker.stop().await
}
