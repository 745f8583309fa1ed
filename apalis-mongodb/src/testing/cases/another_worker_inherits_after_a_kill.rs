//! The jobs of a worker that was killed go to another one.

use std::time::Duration;

use crate::testing::case::About;
use crate::testing::test_queue::TestQueue;
use crate::testing::{CaseError, Subject};

pub(super) const ABOUT: About =
    About::new("the jobs of a killed worker run on another one, within three leases");

pub(super) async fn play<S: Subject>(test: TestQueue<S>) -> Result<(), CaseError> {
    test.push([1]).await?;
    let victim = test.worker("victim").start(|_| async {
        std::future::pending::<()>().await;
        Ok(())
    })?;
    test.journal.started(1, 1, Duration::from_secs(10)).await?;
    tokio::time::sleep(test.settings.timing.heartbeat * 2).await;
    victim.kill().await;
    let successor = test.worker("successor").start_taking(Duration::ZERO)?;
    let within = test.settings.timing.lease * 3;
    test.journal.started(1, 2, within).await?;
    successor.stop().await
}
