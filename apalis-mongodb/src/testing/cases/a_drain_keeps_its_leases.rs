//! A worker that stops keeps the leases of the jobs it finishes.

use std::time::Duration;

use crate::testing::case::About;
use crate::testing::outcome::require;
use crate::testing::test_queue::TestQueue;
use crate::testing::{CaseError, Subject};

/// More than two leases.
const JOB: Duration = Duration::from_secs(7);

pub(super) const ABOUT: About =
    About::new("a job that outlasts its lease during a graceful stop runs once").shows(2);

pub(super) async fn play<S: Subject>(test: TestQueue<S>) -> Result<(), CaseError> {
    test.push([1]).await?;
    let draining = test.worker("draining").start_taking(JOB)?;
    test.journal.started(1, 1, Duration::from_secs(10)).await?;
    let idle = test.worker("idle").start_taking(JOB)?;
    draining.stop().await?;
    idle.lives()?;
    let runs = test.journal.of(1);
    require!(
        runs.len() == 1,
        "the job was started again {:.1} s after its first start, which had not ended",
        (runs[1].started - runs[0].started).as_secs_f64()
    );
    Ok(())
}
