//! A failed job waits before it is tried again.

use std::time::Duration;

use crate::testing::case::About;
use crate::testing::outcome::require;
use crate::testing::test_queue::TestQueue;
use crate::testing::{CaseError, Subject};

pub(super) const ABOUT: About =
    About::new("a failed job waits half a second or more before its next attempt").shows(10);

pub(super) async fn play<S: Subject>(test: TestQueue<S>) -> Result<(), CaseError> {
    test.push([1]).await?;
    let worker = test.worker("a").start(|run| async move {
        if run.nth < 4 {
            return Err("not yet".into());
        }
        Ok(())
    })?;
    test.journal.started(1, 4, Duration::from_secs(30)).await?;
    let runs = test.journal.of(1);
    let gaps = runs
        .windows(2)
        .map(|pair| pair[1].started - pair[0].started);
    let shortest = gaps.min().unwrap_or_default();
    // A clock of another machine may disagree by a little.
    let asked = test.settings.timing.retry_delay.mul_f64(0.9);
    require!(
        shortest >= asked,
        "an attempt came {} ms after the one before",
        shortest.as_millis()
    );
    worker.stop().await
}
