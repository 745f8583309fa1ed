//! Priorities are heeded.

use std::time::Duration;

use crate::testing::case::About;
use crate::testing::outcome::require;
use crate::testing::test_queue::TestQueue;
use crate::testing::{CaseError, Subject};

pub(super) const ABOUT: About =
    About::new("of waiting jobs those with a higher priority start first").shows(14);

pub(super) async fn play<S: Subject>(test: TestQueue<S>) -> Result<(), CaseError> {
    for number in [2, 5, 1, 4, 3] {
        let priority = usize::try_from(number)?;
        test.push_with(number, |task| task.priority(priority))
            .await?;
    }
    let worker = test.worker("a").start_taking(Duration::ZERO)?;
    test.journal
        .all_ended(1..=5, Duration::from_secs(10))
        .await?;
    let order: Vec<u32> = test.journal.entries().iter().map(|e| e.number).collect();
    require!(
        order == [5, 4, 3, 2, 1],
        "jobs with the priorities 2, 5, 1, 4, 3 ran in the order {order:?}"
    );
    worker.stop().await
}
