//! A worker keeps the leases of all jobs it has claimed, however long those in its buffer wait.

use std::time::Duration;

use crate::testing::case::About;
use crate::testing::journal::repeated_in;
use crate::testing::outcome::require;
use crate::testing::test_queue::TestQueue;
use crate::testing::{CaseError, Subject};

/// Longer than a third of the lease; the whole buffer takes four leases.
const JOB: Duration = Duration::from_millis(1200);

pub(super) const ABOUT: About =
    About::new("jobs in a buffer that outlasts the lease run once, beside an idle worker").shows(1);

pub(super) async fn play<S: Subject>(test: TestQueue<S>) -> Result<(), CaseError> {
    test.push(0..10).await?;
    let busy = test.worker("busy").start_taking(JOB)?;
    let ran = |count: usize| move |entries: &[_]| entries.len() >= count;
    let began = test.journal.reaches(Duration::from_secs(10), ran(1));
    require!(began.await, "no job started within 10 s");
    let idle = test.worker("idle").start_taking(JOB)?;
    let all = Duration::from_secs(40);
    let over = test.journal.reaches(all, |entries| {
        !repeated_in(entries).is_empty()
            || entries.iter().filter(|e| e.ended.is_some()).count() == 10
    });
    require!(over.await, "the jobs did not run within {all:?}");
    let entries = test.journal.entries();
    if let Some(number) = repeated_in(&entries).first() {
        let workers: Vec<_> = entries.iter().filter(|e| e.number == *number).collect();
        let apart = workers[1].started - workers[0].started;
        return Err(CaseError::Failed(format!(
            "a job was taken from its live worker and started again after {:.1} s",
            apart.as_secs_f64()
        )));
    }
    idle.lives()?;
    busy.stop().await
}
