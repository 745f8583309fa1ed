//! A workflow that fans out and collects again needs no second slot.

use std::time::Duration;

use crate::testing::case::About;
use crate::testing::outcome::require;
use crate::testing::stage::Stage;
use crate::testing::{Obstacle, Settings, Subject};

const WORKFLOWS: u32 = 3;
const COUNT: u32 = 8;
const LIMIT: Duration = Duration::from_secs(15);

pub(super) const ABOUT: About = About::new(
    "workflows with `filter_map` over 8 values finish in a worker with concurrency 1, three times",
)
.shows(16);

pub(super) async fn play<S: Subject>(stage: Stage<S>) -> Result<(), Obstacle> {
    for workflow in 1..=WORKFLOWS {
        let settings = Settings::new(stage.settings.timing, stage.settings.buffer);
        let collecting = stage.subject.collect_in_workflow(&settings, COUNT);
        let Ok(collected) = tokio::time::timeout(LIMIT, collecting).await else {
            return Err(Obstacle::Failed(format!(
                "workflow {workflow} of {WORKFLOWS} did not finish in {LIMIT:?}"
            )));
        };
        let collected = collected?;
        let all: Vec<u32> = (0..COUNT).collect();
        require!(collected == all, "collected {collected:?}");
    }
    Ok(())
}
