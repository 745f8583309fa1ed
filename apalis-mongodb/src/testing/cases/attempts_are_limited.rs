//! `max_attempts` is respected.

use std::time::Duration;

use crate::testing::case::About;
use crate::testing::outcome::require;
use crate::testing::subject::Standing;
use crate::testing::test_queue::TestQueue;
use crate::testing::{CaseError, Subject};

/// Longer than any back-off seen.
const WATCHED: Duration = Duration::from_secs(7);

pub(super) const ABOUT: About =
    About::new("a job with `max_attempts(2)` that always fails runs twice and ends").shows(14);

pub(super) async fn play<S: Subject>(test: TestQueue<S>) -> Result<(), CaseError> {
    let id = test.push_with(1, |task| task.max_attempts(2)).await?;
    let worker = test.worker("a").start(|_| async { Err("always".into()) })?;
    test.journal.started(1, 2, Duration::from_secs(15)).await?;
    let third = test.journal.reaches(WATCHED, |entries| entries.len() > 2);
    require!(!third.await, "there was a third attempt");
    let within = Duration::from_secs(5);
    test.stands(&id, within, Standing::is_final).await?;
    worker.stop().await
}
