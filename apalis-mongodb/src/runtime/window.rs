//! How many jobs a worker claims at once.

use std::time::{Duration, Instant};

/// As many jobs are claimed ahead of fast handlers as they start within this time. That is as long as an
/// urgent job may wait behind others that were claimed before it, and so many times what a claim
/// takes that smaller batches would cost the server: with 20 ms it spent 1.3 times as much a job.
const AHEAD: Duration = Duration::from_millis(100);

/// Handlers that start fewer jobs than this within [`AHEAD`] are not fast: beside such jobs a claim
/// takes little time, and is made when a handler is free.
const AHEAD_FROM: usize = 16;

/// Of such handlers as many are taken for free as take a job within this time.
const AT_ONCE: Duration = Duration::from_millis(20);

/// The number of jobs of the next claim. It begins at one, doubles at most each time, and follows how
/// fast the jobs of the last claim were started.
#[derive(Debug)]
pub(super) struct Window {
    size: usize,
    most: usize,
    /// When the last claim came, unless it brought fewer than were wanted, and how many waited then.
    filled: Option<(Instant, usize)>,
}

impl Window {
    /// A window that never grows beyond `most`.
    pub(super) fn new(most: usize) -> Self {
        Self {
            size: 1,
            most: most.max(1),
            filled: None,
        }
    }

    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Whether it is worth while to claim before a handler is free.
    pub(super) fn is_ahead(&self) -> bool {
        self.size >= AHEAD_FROM
    }

    /// When no more than this many wait, more are wanted: early enough that fast handlers do not wait
    /// for a claim.
    pub(super) fn low_mark(&self) -> usize {
        if self.is_ahead() { self.size / 2 } else { 0 }
    }

    /// A claim came, and so many wait now. Where that is still few, because many jobs are yet to be
    /// acknowledged, nothing can be told from how fast they start.
    pub(super) fn filled(&mut self, now: Instant, waiting: usize) {
        self.filled = (waiting > self.low_mark()).then_some((now, waiting));
    }

    /// The last claim brought all that there was. Jobs that come one by one start at once however
    /// many handlers there are.
    pub(super) fn fell_short(&mut self) {
        self.filled = None;
    }

    /// Jobs were claimed that no handler took: it begins anew.
    pub(super) fn reset(&mut self) {
        self.size = 1;
        self.filled = None;
    }

    /// The handlers have left no more than these, or are free.
    pub(super) fn ran_low(&mut self, now: Instant, waiting: usize) {
        let Some((since, before)) = self.filled.take() else {
            return;
        };
        let started = before.saturating_sub(waiting);
        let took = now.saturating_duration_since(since).as_secs_f64();
        let started_within = |time: Duration| (started as f64 * time.as_secs_f64() / took) as usize;
        let ahead = started_within(AHEAD);
        let wanted = if ahead >= AHEAD_FROM {
            ahead
        } else {
            started_within(AT_ONCE)
        };
        let most = self.size.saturating_mul(2).min(self.most);
        self.size = wanted.clamp(1, most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The window after claims whose jobs took so many milliseconds each time to be started.
    fn after(milliseconds: &[u64]) -> usize {
        let mut window = Window::new(64);
        let mut now = Instant::now();
        for took in milliseconds {
            window.filled(now, window.size());
            now += Duration::from_millis(*took);
            window.ran_low(now, 0);
        }
        window.size()
    }

    #[test]
    fn fast_handlers_widen_it_up_to_its_limit() {
        assert_eq!(after(&[1; 3]), 8);
        assert_eq!(after(&[1; 20]), 64);
    }

    #[test]
    fn handlers_that_take_long_get_one_job_at_a_time() {
        assert_eq!(after(&[5000; 3]), 1);
        assert_eq!(after(&[30; 9]), 1);
        assert_eq!(after(&[1, 1, 1, 5000]), 1);
    }

    #[test]
    fn it_shrinks_to_what_starts_in_time() {
        assert_eq!(after(&[1, 1, 1, 1, 1, 200]), 16);
    }

    #[test]
    fn a_claim_that_leaves_few_waiting_says_nothing() {
        let mut window = Window::new(64);
        window.size = 64;
        let now = Instant::now();
        window.filled(now, 32);
        window.ran_low(now + AHEAD, 32);
        assert_eq!(window.size(), 64);
    }

    #[test]
    fn jobs_that_start_in_no_time_are_no_division_by_zero() {
        assert_eq!(after(&[0]), 2);
    }
}
