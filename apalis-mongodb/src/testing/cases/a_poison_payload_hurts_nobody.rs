//! A job whose payload does not decode is dead, and the others run.

use std::time::Duration;

use crate::testing::case::About;
use crate::testing::subject::Standing;
use crate::testing::test_queue::TestQueue;
use crate::testing::{Candidate, CaseError, Subject};

pub(super) const ABOUT: About =
    About::new("a payload that does not decode makes its job dead, and its neighbours run")
        .shows(6);

pub(super) async fn play<S: Subject>(test: TestQueue<S>) -> Result<(), CaseError> {
    let poison = S::Backend::new_id();
    test.push([1]).await?;
    test.subject
        .enqueue_poison(&test.settings, poison.clone())
        .await?;
    test.push([2]).await?;
    let worker = test.worker("a").start_taking(Duration::ZERO)?;
    let ran = test
        .journal
        .all_ended([1, 2], Duration::from_secs(10))
        .await;
    worker.lives()?;
    ran?;
    // A backend may try again, for another worker may know the payload.
    let within = Duration::from_secs(15);
    test.stands(&poison, within, Standing::is_final).await?;
    worker.stop().await
}
