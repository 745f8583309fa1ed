//! Thousands of due jobs are no obstacle.

use std::time::Duration;

use crate::testing::case::About;
use crate::testing::stage::Stage;
use crate::testing::{Obstacle, Subject};

const JOBS: u32 = 9000;

pub(super) const ABOUT: About = About::new("a backlog of 9,000 due jobs drains within a minute")
    .shows(12)
    .buffer(200)
    .limit(Duration::from_secs(120));

pub(super) async fn play<S: Subject>(stage: Stage<S>) -> Result<(), Obstacle> {
    stage.push(0..JOBS).await?;
    let worker = stage
        .worker("a")
        .concurrency(200)
        .start_taking(Duration::ZERO)?;
    let all = stage.journal.all_ended(0..JOBS, Duration::from_secs(60));
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
