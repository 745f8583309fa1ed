//! A workflow that collects needs no second slot either when a value has to be tried again.

use crate::testing::case::About;
use crate::testing::test_queue::TestQueue;
use crate::testing::{CaseError, Subject};

/// The collector of apalis-workflow 1.0 holds its slot while it waits for the values, so this is
/// beyond a backend's power.
pub(super) const ABOUT: About =
    About::new("so they do when one of the values fails at its first attempt").shows(16);

pub(super) async fn play<S: Subject>(test: TestQueue<S>) -> Result<(), CaseError> {
    test.collects(true).await
}
