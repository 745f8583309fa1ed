//! A graceful stop frees a worker's name.

use std::time::Duration;

use crate::testing::case::About;
use crate::testing::stage::Stage;
use crate::testing::{Obstacle, Subject};

pub(super) const ABOUT: About =
    About::new("a worker can start under the name of one that has just stopped").shows(13);

pub(super) async fn play<S: Subject>(stage: Stage<S>) -> Result<(), Obstacle> {
    stage.push([1]).await?;
    let first = stage.worker("same").start_taking(Duration::ZERO)?;
    stage
        .journal
        .all_ended([1], Duration::from_secs(10))
        .await?;
    first.stop().await?;
    stage.push([2]).await?;
    let second = stage.worker("same").start_taking(Duration::ZERO)?;
    let ran = stage.journal.all_ended([2], Duration::from_secs(10)).await;
    second.lives()?;
    ran?;
    second.stop().await
}
