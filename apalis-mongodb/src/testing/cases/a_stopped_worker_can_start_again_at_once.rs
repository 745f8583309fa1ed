//! A graceful stop frees a worker's name.

use std::time::Duration;

use crate::testing::case::About;
use crate::testing::test_queue::TestQueue;
use crate::testing::{CaseError, Subject};

pub(super) const ABOUT: About =
    About::new("a worker can start under the name of one that has just stopped").shows(13);

pub(super) async fn play<S: Subject>(test: TestQueue<S>) -> Result<(), CaseError> {
    test.push([1]).await?;
    let first = test.worker("same").start_taking(Duration::ZERO)?;
    test.journal.all_ended([1], Duration::from_secs(10)).await?;
    first.stop().await?;
    test.push([2]).await?;
    let second = test.worker("same").start_taking(Duration::ZERO)?;
    let ran = test.journal.all_ended([2], Duration::from_secs(10)).await;
    second.lives()?;
    ran?;
    second.stop().await
}
