//! Jobs that were being claimed when a worker stopped are not forgotten.

use std::time::Duration;

use crate::testing::case::About;
use crate::testing::outcome::require;
use crate::testing::test_queue::TestQueue;
use crate::testing::{CaseError, Subject, Timing};

const JOBS: u32 = 1200;
const ROUNDS: usize = 24;

pub(super) const ABOUT: About =
    About::new("workers stopped while they fetch leave nothing behind that others must wait for")
        .shows(7)
        .timing(Timing::LONG)
        .buffer(5);

pub(super) async fn play<S: Subject>(test: TestQueue<S>) -> Result<(), CaseError> {
    test.push(0..JOBS).await?;
    for round in 1..=ROUNDS {
        // Handlers that take no time keep the worker fetching.
        let worker = test.worker(&format!("stopped-{round}"));
        let worker = worker.start_taking(Duration::ZERO)?;
        let before = test.journal.entries().len();
        let some = before + 19 + round;
        let ran = test
            .journal
            .reaches(Duration::from_secs(10), |e| e.len() > some);
        require!(ran.await, "a new worker runs nothing");
        // Into every phase of the worker's cycle.
        tokio::time::sleep(Duration::from_millis(u64::try_from(round % 4)?)).await;
        worker.stop().await?;
    }
    let last = test
        .worker("last")
        .concurrency(8)
        .start_taking(Duration::ZERO)?;
    // Less than the lease.
    test.journal
        .all_ended(0..JOBS, Duration::from_secs(12))
        .await?;
    last.stop().await
}
