//! A job pushed while the worker is asking the store is not forgotten.

use std::time::{Duration, Instant};

use crate::testing::case::About;
use crate::testing::outcome::require;
use crate::testing::stage::Stage;
use crate::testing::{Candidate, Job, Obstacle, Subject, Timing};

const JOBS: u32 = 40;
const LIMIT: Duration = Duration::from_millis(1500);

pub(super) const ABOUT: About = About::new(
    "40 jobs pushed singly, milliseconds apart, each start within 1.5 s, at a heartbeat of 6 s",
)
.shows(4)
.timing(Timing::LONG);

pub(super) async fn play<S: Subject>(stage: Stage<S>) -> Result<(), Obstacle> {
    let mut backend = stage.backend().await?;
    backend.push_one(Job { number: 0 }).await?;
    let worker = stage
        .worker("a")
        .concurrency(4)
        .start_taking(Duration::ZERO)?;
    stage.journal.started(0, 1, Duration::from_secs(10)).await?;
    tokio::time::sleep(Duration::from_millis(900)).await;
    let mut pushed = Vec::new();
    for number in 1..=JOBS {
        pushed.push((number, Instant::now()));
        backend.push_one(Job { number }).await?;
        // Gaps that fall into every phase of a fetch.
        tokio::time::sleep(Duration::from_millis(u64::from(number * 7 % 31))).await;
    }
    let patience = stage.settings.timing.heartbeat * 2;
    stage.journal.all_ended(1..=JOBS, patience).await?;
    let waits: Vec<Duration> = pushed
        .iter()
        .map(|(number, at)| stage.journal.of(*number)[0].started - *at)
        .collect();
    let late = waits.iter().filter(|wait| **wait > LIMIT).count();
    let longest = waits.iter().max().copied().unwrap_or_default();
    require!(
        late == 0,
        "{late} of {JOBS} jobs were late, up to {:.1} s",
        longest.as_secs_f64()
    );
    worker.stop().await
}
