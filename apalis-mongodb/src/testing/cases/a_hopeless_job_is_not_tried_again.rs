//! `AbortError` ends a job.

use std::time::Duration;

use apalis_core::error::AbortError;

use crate::testing::case::About;
use crate::testing::outcome::require;
use crate::testing::subject::Standing;
use crate::testing::test_queue::TestQueue;
use crate::testing::{CaseError, Subject};

const WATCHED: Duration = Duration::from_secs(3);

pub(super) const ABOUT: About =
    About::new("a job that fails with `AbortError` ends and is not tried again");

pub(super) async fn play<S: Subject>(test: TestQueue<S>) -> Result<(), CaseError> {
    let id = test.push_with(1, |task| task).await?;
    let worker = test
        .worker("a")
        .start(|_| async { Err(AbortError::new("hopeless").into()) })?;
    test.journal.started(1, 1, Duration::from_secs(10)).await?;
    let again = test.journal.reaches(WATCHED, |entries| entries.len() > 1);
    require!(!again.await, "it was tried again");
    let within = Duration::from_secs(5);
    test.stands(&id, within, Standing::is_final).await?;
    worker.stop().await
}
