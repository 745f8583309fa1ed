//! A store that fails for a moment costs neither the worker nor its jobs.

use std::time::Duration;

use crate::testing::case::About;
use crate::testing::stage::Stage;
use crate::testing::{Obstacle, Subject};

const JOB: Duration = Duration::from_millis(300);

/// The buffer is small, so that the worker needs the store all the time.
pub(super) const ABOUT: About =
    About::new("a store that fails for a moment ends no worker and loses no job")
        .shows(5)
        .buffer(2);

pub(super) async fn play<S: Subject>(stage: Stage<S>) -> Result<(), Obstacle> {
    stage.push(0..12).await?;
    let worker = stage.worker("a").concurrency(2).start_taking(JOB)?;
    stage.journal.started(0, 1, Duration::from_secs(10)).await?;
    stage.subject.interrupt_store(&stage.settings).await?;
    stage.push([12]).await?;
    let all = stage
        .journal
        .all_ended(0..=12, Duration::from_secs(25))
        .await;
    worker.lives()?;
    all?;
    worker.stop().await
}
