//! Lists show jobs that nobody has claimed yet.

use crate::testing::case::About;
use crate::testing::outcome::require;
use crate::testing::stage::Stage;
use crate::testing::{Obstacle, Subject};

pub(super) const ABOUT: About =
    About::new("`list_tasks` shows the jobs that wait, before any worker comes").shows(14);

pub(super) async fn play<S: Subject>(stage: Stage<S>) -> Result<(), Obstacle> {
    stage.push(0..3).await?;
    let waiting = stage.subject.waiting(&stage.settings).await?;
    require!(waiting == 3, "3 jobs wait and {waiting} are listed");
    Ok(())
}
