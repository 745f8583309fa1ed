//! A job scheduled for later starts then.

use std::time::{Duration, SystemTime};

use crate::testing::case::About;
use crate::testing::outcome::require;
use crate::testing::test_queue::TestQueue;
use crate::testing::{CaseError, Subject, Timing};

const DELAY: Duration = Duration::from_secs(3);
const LATE: Duration = Duration::from_secs(2);

pub(super) const ABOUT: About = About::new(
    "a job for later starts no earlier, and within 2 s of its time, at a heartbeat of 6 s",
)
.timing(Timing::LONG);

pub(super) async fn play<S: Subject>(test: TestQueue<S>) -> Result<(), CaseError> {
    test.push([0]).await?;
    let worker = test.worker("a").start_taking(Duration::ZERO)?;
    test.journal.started(0, 1, Duration::from_secs(10)).await?;
    let due = now().duration_since(SystemTime::UNIX_EPOCH)? + DELAY;
    // apalis knows whole seconds.
    let due = due.as_secs();
    test.push_with(1, |task| task.run_at_timestamp(due)).await?;
    test.journal
        .started(1, 1, DELAY + test.settings.timing.heartbeat * 2)
        .await?;
    let since = test.journal.of(1)[0].started.elapsed();
    let due = SystemTime::UNIX_EPOCH + Duration::from_secs(due);
    match (now() - since).duration_since(due) {
        Ok(late) => require!(late < LATE, "it started {:.1} s late", late.as_secs_f64()),
        // The clocks of two machines may disagree by a little.
        Err(early) => require!(
            early.duration() < Duration::from_millis(50),
            "it started {} ms early",
            early.duration().as_millis()
        ),
    }
    worker.stop().await
}

#[expect(
    clippy::disallowed_methods,
    reason = "apalis' schedules are in the system's time"
)]
fn now() -> SystemTime {
    SystemTime::now()
}
