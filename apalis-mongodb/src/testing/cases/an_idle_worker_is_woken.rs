//! A job pushed to an idle worker does not wait for the next heartbeat.

use std::time::{Duration, Instant};

use crate::testing::case::About;
use crate::testing::outcome::require;
use crate::testing::test_queue::TestQueue;
use crate::testing::{Candidate, CaseError, Job, Subject, Timing};

const LIMIT: Duration = Duration::from_secs(2);

pub(super) const ABOUT: About =
    About::new("a job pushed to an idle worker starts within 2 s, at a heartbeat of 6 s")
        .shows(3)
        .timing(Timing::LONG);

pub(super) async fn play<S: Subject>(test: TestQueue<S>) -> Result<(), CaseError> {
    let mut backend = test.backend().await?;
    backend.push_one(Job { number: 0 }).await?;
    let worker = test.worker("a").start_taking(Duration::ZERO)?;
    test.journal.started(0, 1, Duration::from_secs(10)).await?;
    for number in 1..=3 {
        // The idleness itself, out of step with any timer.
        tokio::time::sleep(Duration::from_millis(900)).await;
        let pushed = Instant::now();
        backend.push_one(Job { number }).await?;
        let patience = test.settings.timing.heartbeat * 2;
        test.journal.started(number, 1, patience).await?;
        let waited = test.journal.of(number)[0].started - pushed;
        require!(waited < LIMIT, "a job waited {:.1} s", waited.as_secs_f64());
    }
    worker.stop().await
}
