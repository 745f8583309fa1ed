//! A handler whose panic apalis' layer catches is tried again, or its job is dead.

use std::time::Duration;

use crate::testing::case::About;
use crate::testing::stage::{Stage, panics};
use crate::testing::subject::Standing;
use crate::testing::{Obstacle, Subject};

pub(super) const ABOUT: About =
    About::new("a panic caught by `.catch_panic()` does not leave its job Running").shows(8);

pub(super) async fn play<S: Subject>(stage: Stage<S>) -> Result<(), Obstacle> {
    let id = stage.push_with(1, |task| task).await?;
    let worker = stage.worker("a").catch_panic().start(|run| async move {
        if run.nth == 1 {
            panics();
        }
        Ok(())
    })?;
    stage.journal.started(1, 1, Duration::from_secs(10)).await?;
    let within = Duration::from_secs(10);
    stage.stands(&id, within, Standing::is_final).await?;
    worker.lives()?;
    worker.stop().await
}
