//! A worker that was killed and started again under its name gets its jobs back.

use std::time::Duration;

use crate::testing::case::About;
use crate::testing::outcome::require;
use crate::testing::test_queue::TestQueue;
use crate::testing::{CaseError, Subject};

const RESTART_AFTER: Duration = Duration::from_secs(1);
const PATIENCE: u32 = 15;

pub(super) const ABOUT: About = About::new(
    "a worker killed and restarted under the same name runs its jobs again, within five leases",
)
.shows(9);

pub(super) async fn play<S: Subject>(test: TestQueue<S>) -> Result<(), CaseError> {
    test.push([1]).await?;
    let hang = |run: crate::testing::test_queue::Run| async move {
        if run.nth == 1 {
            std::future::pending::<()>().await;
        }
        Ok(())
    };
    let victim = test.worker("same").start(hang)?;
    test.journal.started(1, 1, Duration::from_secs(10)).await?;
    // Long enough for a heartbeat to reach the store.
    tokio::time::sleep(test.settings.timing.heartbeat * 2).await;
    victim.kill().await;
    let mut successor = test.worker("same").start(hang)?;
    let mut refusals = 0;
    for _ in 0..PATIENCE {
        let again = test
            .journal
            .reaches(RESTART_AFTER, |entries| entries.len() > 1);
        if again.await {
            test.journal.all_ended([1], Duration::from_secs(5)).await?;
            return successor.stop().await;
        }
        // A supervisor starts it again.
        if successor.end().is_some() {
            refusals += 1;
            successor = test.worker("same").start(hang)?;
        }
    }
    require!(
        false,
        "the job did not run again within {PATIENCE} s ({refusals} starts were refused)"
    );
    Ok(())
}
