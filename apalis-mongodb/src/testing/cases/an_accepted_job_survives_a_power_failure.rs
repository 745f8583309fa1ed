//! A job that was accepted is on disk.

use crate::testing::case::About;
use crate::testing::stage::Stage;
use crate::testing::{Obstacle, Subject};

pub(super) const ABOUT: About =
    About::new("the store is told to have a job on disk before it is accepted").shows(17);

pub(super) async fn play<S: Subject>(stage: Stage<S>) -> Result<(), Obstacle> {
    stage.push([1]).await?;
    stage.subject.durability(&stage.settings).await
}
