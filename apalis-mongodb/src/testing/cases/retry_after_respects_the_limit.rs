//! Asking for another attempt does not get more of them than the job has.

use std::time::Duration;

use apalis_core::error::RetryAfterError;

use crate::testing::case::About;
use crate::testing::outcome::require;
use crate::testing::test_queue::TestQueue;
use crate::testing::{CaseError, Subject};

const WATCHED: Duration = Duration::from_secs(7);

pub(super) const ABOUT: About =
    About::new("a job with `max_attempts(2)` that fails with `RetryAfterError` runs twice")
        .shows(10);

pub(super) async fn play<S: Subject>(test: TestQueue<S>) -> Result<(), CaseError> {
    test.push_with(1, |task| task.max_attempts(2)).await?;
    let worker = test.worker("a").start(|_| async {
        let later = Duration::from_secs(1);
        Err(RetryAfterError::new("later", later).into())
    })?;
    test.journal.started(1, 2, Duration::from_secs(15)).await?;
    let many = test.journal.reaches(WATCHED, |entries| entries.len() > 50);
    many.await;
    let runs = test.journal.runs(1);
    let first = test.journal.of(1)[0].started;
    require!(
        runs == 2,
        "it ran {runs} times in {:.1} s",
        first.elapsed().as_secs_f64()
    );
    worker.stop().await
}
