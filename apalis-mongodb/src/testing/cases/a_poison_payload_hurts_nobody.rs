//! A job whose payload does not decode is dead, and the others run.

use std::time::Duration;

use crate::testing::case::About;
use crate::testing::stage::Stage;
use crate::testing::subject::Standing;
use crate::testing::{Candidate, Obstacle, Subject};

pub(super) const ABOUT: About =
    About::new("a payload that does not decode makes its job dead, and its neighbours run")
        .shows(6);

pub(super) async fn play<S: Subject>(stage: Stage<S>) -> Result<(), Obstacle> {
    let poison = S::Backend::new_id();
    stage.push([1]).await?;
    stage
        .subject
        .enqueue_poison(&stage.settings, poison.clone())
        .await?;
    stage.push([2]).await?;
    let worker = stage.worker("a").start_taking(Duration::ZERO)?;
    let ran = stage
        .journal
        .all_ended([1, 2], Duration::from_secs(10))
        .await;
    worker.lives()?;
    ran?;
    // A backend may try again, for another worker may know the payload.
    let within = Duration::from_secs(15);
    stage.stands(&poison, within, Standing::is_final).await?;
    worker.stop().await
}
