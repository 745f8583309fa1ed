//! A handler whose panic apalis' layer catches is tried again, or its job is dead.

use std::time::Duration;

use crate::testing::case::About;
use crate::testing::subject::Standing;
use crate::testing::test_queue::{TestQueue, panics};
use crate::testing::{CaseError, Subject};

pub(super) const ABOUT: About =
    About::new("a panic caught by `.catch_panic()` does not leave its job Running").shows(8);

pub(super) async fn play<S: Subject>(test: TestQueue<S>) -> Result<(), CaseError> {
    let id = test.push_with(1, |task| task).await?;
    let worker = test.worker("a").catch_panic().start(|run| async move {
        if run.nth == 1 {
            panics();
        }
        Ok(())
    })?;
    test.journal.started(1, 1, Duration::from_secs(10)).await?;
    let within = Duration::from_secs(10);
    test.stands(&id, within, Standing::is_final).await?;
    worker.lives()?;
    worker.stop().await
}
