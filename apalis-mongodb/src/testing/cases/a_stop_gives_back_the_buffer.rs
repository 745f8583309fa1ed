//! Jobs that a worker has claimed and not started are given back when it stops.

use std::time::Duration;

use crate::testing::case::About;
use crate::testing::outcome::require;
use crate::testing::test_queue::TestQueue;
use crate::testing::{CaseError, Subject, Timing};

pub(super) const ABOUT: About =
    About::new("jobs that wait in the buffer of a worker that stops run elsewhere at once")
        .timing(Timing::LONG);

pub(super) async fn play<S: Subject>(test: TestQueue<S>) -> Result<(), CaseError> {
    test.push(0..10).await?;
    let stopping = test.worker("a").start_taking(Duration::from_millis(500))?;
    let one = test
        .journal
        .reaches(Duration::from_secs(10), |e| !e.is_empty());
    require!(one.await, "no job started within 10 s");
    stopping.stop().await?;
    let other = test.worker("b").start_taking(Duration::ZERO)?;
    // Less than the lease.
    test.journal
        .all_ended(0..10, Duration::from_secs(10))
        .await?;
    let repeated = test.journal.repeated();
    require!(repeated.is_empty(), "jobs {repeated:?} ran more than once");
    other.stop().await
}
