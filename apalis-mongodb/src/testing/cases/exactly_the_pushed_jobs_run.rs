//! Every way of pushing enqueues, and what was pushed runs once.

use std::time::Duration;

use apalis_core::task::Task;

use crate::testing::case::About;
use crate::testing::outcome::require;
use crate::testing::test_queue::TestQueue;
use crate::testing::{Candidate, CaseError, Job, Subject};

pub(super) const ABOUT: About =
    About::new("jobs pushed one by one, in bulk, as a stream and as tasks run once each");

pub(super) async fn play<S: Subject>(test: TestQueue<S>) -> Result<(), CaseError> {
    let job = |number| Job { number };
    let mut backend = test.backend().await?;
    backend.push_one(job(0)).await?;
    backend.push_many((1..4).map(job).collect()).await?;
    backend.push_streamed((4..8).map(job).collect()).await?;
    let tasks = (8..10).map(|number| Task::new(job(number)));
    backend.push_tasks(tasks.collect()).await?;
    let worker = test
        .worker("a")
        .concurrency(4)
        .start_taking(Duration::ZERO)?;
    let journal = &test.journal;
    journal.all_ended(0..10, Duration::from_secs(20)).await?;
    worker.stop().await?;
    let repeated = journal.repeated();
    require!(repeated.is_empty(), "jobs {repeated:?} ran more than once");
    let runs = journal.entries().len();
    require!(runs == 10, "10 jobs were pushed and {runs} ran");
    Ok(())
}
