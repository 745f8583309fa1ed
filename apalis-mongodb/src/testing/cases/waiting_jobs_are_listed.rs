//! Lists show jobs that nobody has claimed yet.

use crate::testing::case::About;
use crate::testing::outcome::require;
use crate::testing::test_queue::TestQueue;
use crate::testing::{CaseError, Subject};

pub(super) const ABOUT: About =
    About::new("`list_tasks` shows the jobs that wait, before any worker comes").shows(14);

pub(super) async fn play<S: Subject>(test: TestQueue<S>) -> Result<(), CaseError> {
    test.push(0..3).await?;
    let waiting = test.subject.waiting(&test.settings).await?;
    require!(waiting == 3, "3 jobs wait and {waiting} are listed");
    Ok(())
}
