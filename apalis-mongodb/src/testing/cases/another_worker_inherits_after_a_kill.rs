//! The jobs of a worker that was killed go to another one.

use std::time::Duration;

use crate::testing::case::About;
use crate::testing::stage::Stage;
use crate::testing::{Obstacle, Subject};

pub(super) const ABOUT: About =
    About::new("the jobs of a killed worker run on another one, within three leases");

pub(super) async fn play<S: Subject>(stage: Stage<S>) -> Result<(), Obstacle> {
    stage.push([1]).await?;
    let victim = stage.worker("victim").start(|_| async {
        std::future::pending::<()>().await;
        Ok(())
    })?;
    stage.journal.started(1, 1, Duration::from_secs(10)).await?;
    tokio::time::sleep(stage.settings.timing.heartbeat * 2).await;
    victim.kill().await;
    let heir = stage.worker("heir").start_taking(Duration::ZERO)?;
    let within = stage.settings.timing.lease * 3;
    stage.journal.started(1, 2, within).await?;
    heir.stop().await
}
