//! A job that was accepted is on disk.

use crate::testing::case::About;
use crate::testing::test_queue::TestQueue;
use crate::testing::{CaseError, Subject};

pub(super) const ABOUT: About =
    About::new("the store is told to have a job on disk before it is accepted").shows(17);

pub(super) async fn play<S: Subject>(test: TestQueue<S>) -> Result<(), CaseError> {
    test.push([1]).await?;
    test.subject.durability(&test.settings).await
}
