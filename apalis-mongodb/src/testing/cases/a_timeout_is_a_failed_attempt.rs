//! A handler that apalis' timeout layer ends is tried again.

use std::time::Duration;

use apalis_core::task::status::Status;

use crate::testing::case::About;
use crate::testing::outcome::require;
use crate::testing::test_queue::TestQueue;
use crate::testing::{CaseError, Standing, Subject};

pub(super) const ABOUT: About =
    About::new("an attempt that runs into `.timeout()` is followed by another").shows(8);

pub(super) async fn play<S: Subject>(test: TestQueue<S>) -> Result<(), CaseError> {
    let id = test.push_with(1, |task| task).await?;
    let limited = test.worker("a").timeout(Duration::from_millis(300));
    let worker = limited.start(|run| async move {
        if run.nth == 1 {
            std::future::pending::<()>().await;
        }
        Ok(())
    })?;
    let again = Duration::from_secs(10);
    let tried = test.journal.reaches(again, |entries| entries.len() > 1);
    if !tried.await {
        let standing = test.subject.standing(&test.settings, &id).await?;
        let status = standing.map(|standing| standing.status.to_string());
        return Err(CaseError::Failed(format!(
            "no second attempt within {again:?}; the job is {}",
            status.as_deref().unwrap_or("gone")
        )));
    }
    require!(
        test.journal.runs(1) == 2,
        "it ran {} times",
        test.journal.runs(1)
    );
    let done = |standing: &Standing| standing.status == Status::Done;
    test.stands(&id, Duration::from_secs(5), done).await?;
    worker.stop().await
}
