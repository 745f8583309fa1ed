//! A job pushed while the worker is asking the store is not forgotten.

use std::time::{Duration, Instant};

use crate::testing::case::About;
use crate::testing::outcome::require;
use crate::testing::test_queue::TestQueue;
use crate::testing::{Candidate, CaseError, Job, Subject, Timing};

const PAIRS: u32 = 40;
const LIMIT: Duration = Duration::from_secs(2);

pub(super) const ABOUT: About = About::new(
    "of two jobs pushed milliseconds apart both start within 2 s, 40 times, at a heartbeat of 6 s",
)
.shows(4)
.timing(Timing::LONG);

pub(super) async fn play<S: Subject>(test: TestQueue<S>) -> Result<(), CaseError> {
    let mut backend = test.backend().await?;
    backend.push_one(Job { number: 0 }).await?;
    let worker = test
        .worker("a")
        .concurrency(4)
        .start_taking(Duration::ZERO)?;
    test.journal.started(0, 1, Duration::from_secs(10)).await?;
    for pair in 0..PAIRS {
        let (first, second) = (2 * pair + 1, 2 * pair + 2);
        backend.push_one(Job { number: first }).await?;
        // The first wakes the worker; the second comes in every phase of what follows.
        tokio::time::sleep(Duration::from_millis(u64::from(pair % 8))).await;
        let pushed = Instant::now();
        backend.push_one(Job { number: second }).await?;
        let patience = test.settings.timing.heartbeat * 2;
        test.journal.all_ended([first, second], patience).await?;
        let waited = pushed.elapsed();
        require!(
            waited < LIMIT,
            "pair {} of {PAIRS} waited {:.1} s",
            pair + 1,
            waited.as_secs_f64()
        );
    }
    worker.stop().await
}
