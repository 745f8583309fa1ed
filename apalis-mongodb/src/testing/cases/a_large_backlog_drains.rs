//! Thousands of due jobs drain.

use std::time::Duration;

use crate::testing::case::About;
use crate::testing::test_queue::TestQueue;
use crate::testing::{CaseError, Subject};

const JOBS: u32 = 9000;

pub(super) const ABOUT: About = About::new("a backlog of 9,000 due jobs drains within a minute")
    .shows(12)
    .buffer(200)
    .limit(Duration::from_secs(120));

pub(super) async fn play<S: Subject>(test: TestQueue<S>) -> Result<(), CaseError> {
    test.push(0..JOBS).await?;
    let worker = test
        .worker("a")
        .concurrency(200)
        .start_taking(Duration::ZERO)?;
    let all = test.journal.all_ended(0..JOBS, Duration::from_secs(60));
    let all = tokio::select! {
        all = all => all,
        () = ended(&worker) => Ok(()),
    };
    worker.lives()?;
    all?;
    worker.stop().await
}

/// Waits for a worker that ends by itself.
async fn ended(worker: &crate::testing::worker::Running) {
    while worker.end().is_none() {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
