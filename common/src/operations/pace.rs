//! One job after the other, evenly over a time.

use std::time::Duration;

use tokio::time::Instant;

/// Who is later than this, for the process or the database stood still, does not make up for the rest: the
/// jobs would all be due at once.
const CATCH_UP: Duration = Duration::from_secs(1);

/// Whose turn it is; the first job's at once, the last one's just before the end.
#[derive(Debug)]
pub(super) struct Pace {
    began: Instant,
    interval: Duration,
    granted: u64,
}

impl Pace {
    /// One of `total` jobs in each `total`th part of `over`, from now on.
    pub(super) fn new(over: Duration, total: i64) -> Self {
        Self {
            began: Instant::now(),
            interval: over.div_f64(total.max(1) as f64),
            granted: 0,
        }
    }

    /// How many more jobs it is the turn of.
    pub(super) fn due(&mut self) -> u64 {
        self.began += lost(self.began.elapsed(), self.interval, self.granted);
        due(self.began.elapsed(), self.interval).saturating_sub(self.granted)
    }

    /// So many were taken.
    pub(super) fn grant(&mut self, jobs: u64) {
        self.granted += jobs;
    }

    /// How long it is until the next one's turn.
    pub(super) fn wait(&self) -> Duration {
        let next = self.interval.mul_f64(self.granted as f64);
        next.saturating_sub(self.began.elapsed())
    }

    /// How long `jobs` take.
    pub(super) fn of(&self, jobs: i64) -> Duration {
        self.interval.mul_f64(jobs.max(0) as f64)
    }
}

/// How much of `elapsed`, in which `granted` jobs were taken, is not made up for.
fn lost(elapsed: Duration, interval: Duration, granted: u64) -> Duration {
    let used = interval.mul_f64(granted as f64);
    elapsed.saturating_sub(used).saturating_sub(CATCH_UP)
}

/// How many jobs it is the turn of after `elapsed`.
fn due(elapsed: Duration, interval: Duration) -> u64 {
    if interval.is_zero() {
        return u64::MAX;
    }
    let intervals = elapsed.as_nanos() / interval.as_nanos();
    u64::try_from(intervals)
        .unwrap_or(u64::MAX)
        .saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_are_due_at_even_distances() {
        let interval = Duration::from_millis(150);
        let due = |millis| due(Duration::from_millis(millis), interval);
        assert_eq!([0, 149, 150, 299, 300].map(due), [1, 1, 2, 2, 3]);
        assert_eq!(super::due(Duration::ZERO, Duration::ZERO), u64::MAX);
    }

    #[test]
    fn after_a_gap_a_second_is_made_up_for_and_then_the_pace_is_the_same() {
        let interval = Duration::from_millis(40);
        let lost = |seconds| super::lost(Duration::from_secs(seconds), interval, 50);
        let told = [0, 2, 3, 22].map(lost).map(|lost| lost.as_secs());
        assert_eq!(told, [0, 0, 0, 19]);
        let mut pace = Pace {
            began: Instant::now() - Duration::from_secs(22),
            interval: Duration::from_secs(1),
            granted: 2,
        };
        assert_eq!(pace.due(), 2, "and not twenty");
        pace.grant(2);
        assert_eq!(pace.due(), 0);
        assert!(pace.wait() <= Duration::from_secs(1));
    }
}
