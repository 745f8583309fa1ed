//! Time in which this process ran. A machine that pauses, or has no time for a process, delays everybody on it, and
//! says nothing of the code under test.

use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// So often the process notes that it runs.
const TICK: Duration = Duration::from_millis(20);

/// A note that is late by less is no pause.
const NOISE: Duration = Duration::from_millis(50);

static WATCHED: LazyLock<Arc<Mutex<Pauses>>> = LazyLock::new(|| {
    let pauses = Arc::new(Mutex::new(Pauses::since(Instant::now())));
    let watched = Arc::clone(&pauses);
    thread::spawn(move || watch(&watched));
    pauses
});

/// Notes all the time that the process runs.
fn watch(pauses: &Mutex<Pauses>) {
    loop {
        thread::park_timeout(TICK);
        lock(pauses).tick(Instant::now());
    }
}

fn lock(pauses: &Mutex<Pauses>) -> MutexGuard<'_, Pauses> {
    pauses.lock().unwrap_or_else(PoisonError::into_inner)
}

/// When this process did not run.
#[derive(Debug)]
struct Pauses {
    noted_at: Instant,
    over: Vec<(Instant, Instant)>,
}

impl Pauses {
    fn since(now: Instant) -> Self {
        Self {
            noted_at: now,
            over: Vec::new(),
        }
    }

    fn tick(&mut self, now: Instant) {
        self.over.extend(self.under_way(now));
        self.noted_at = now;
    }

    /// The pause that `now` is the end of.
    fn under_way(&self, now: Instant) -> Option<(Instant, Instant)> {
        let due = self.noted_at + TICK;
        (now.saturating_duration_since(due) > NOISE).then_some((due, now))
    }

    /// How much of the time between the two was pauses, as far as is known `now`.
    fn between(&self, began: Instant, ended: Instant, now: Instant) -> Duration {
        let pauses = self.over.iter().copied().chain(self.under_way(now));
        pauses
            .map(|(from, to)| to.min(ended).saturating_duration_since(from.max(began)))
            .sum()
    }
}

/// Measures how long something took, without the pauses of this process.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch {
    began: Instant,
}

impl Stopwatch {
    /// Begins now.
    #[must_use]
    pub fn start() -> Self {
        LazyLock::force(&WATCHED);
        Self {
            began: Instant::now(),
        }
    }

    /// How long the process has run since.
    #[must_use]
    pub fn ran(&self) -> Duration {
        self.ran_until(Instant::now())
    }

    /// How long the process has run until `ended`.
    #[must_use]
    pub fn ran_until(&self, ended: Instant) -> Duration {
        let paused = lock(&WATCHED).between(self.began, ended, Instant::now());
        let took = ended.saturating_duration_since(self.began);
        took.saturating_sub(paused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn what_was_not_noted_in_time_is_a_pause_and_counts_where_it_overlaps() {
        let start = Instant::now();
        let at = |seconds: u32| start + SECOND * seconds;
        let mut pauses = Pauses::since(start);
        pauses.tick(start + TICK);
        pauses.tick(at(4));
        pauses.tick(at(4) + TICK + NOISE);
        let now = at(4) + TICK + NOISE;
        assert_eq!(pauses.between(at(2), at(3), now), SECOND);
        assert_eq!(pauses.between(at(2), now, now), SECOND * 2);
        assert_eq!(pauses.between(at(4), now, now), Duration::ZERO);
        // One that is not over counts as well.
        let later = now + TICK + SECOND;
        assert_eq!(pauses.between(now, later, later), SECOND);
    }

    #[test]
    fn a_process_that_runs_has_run_all_the_time() {
        let watch = Stopwatch::start();
        let ended = watch.began + TICK;
        assert!(watch.ran_until(ended) <= TICK);
        assert_eq!(watch.ran_until(watch.began), Duration::ZERO);
    }
}
