//! A workflow that fans out and collects again needs no second slot.

use crate::testing::case::About;
use crate::testing::test_queue::TestQueue;
use crate::testing::{CaseError, Subject};

pub(super) const ABOUT: About =
    About::new("workflows with `filter_map` finish in a worker with concurrency 1").shows(16);

pub(super) async fn play<S: Subject>(test: TestQueue<S>) -> Result<(), CaseError> {
    test.collects(false).await
}
