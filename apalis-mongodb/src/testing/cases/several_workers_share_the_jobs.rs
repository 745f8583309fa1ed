//! Workers that compete for jobs do not run one twice.

use std::time::Duration;

use crate::testing::case::About;
use crate::testing::outcome::require;
use crate::testing::test_queue::TestQueue;
use crate::testing::{CaseError, Subject};

pub(super) const ABOUT: About = About::new("three workers that compete run each of 300 jobs once");

pub(super) async fn play<S: Subject>(test: TestQueue<S>) -> Result<(), CaseError> {
    test.push(0..300).await?;
    let mut workers = Vec::new();
    for name in ["a", "b", "c"] {
        let worker = test.worker(name).concurrency(4);
        workers.push(worker.start_taking(Duration::from_millis(2))?);
    }
    let journal = &test.journal;
    journal.all_ended(0..300, Duration::from_secs(40)).await?;
    for worker in workers {
        worker.stop().await?;
    }
    let repeated = journal.repeated().len();
    require!(repeated == 0, "{repeated} of 300 jobs ran more than once");
    Ok(())
}
