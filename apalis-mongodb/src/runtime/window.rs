//! How many jobs a worker claims at once.

use std::time::{Duration, Instant};

/// As many jobs are claimed ahead of the handlers as start within about this time. It is ten times
/// what a claim takes, so that fast handlers never wait for one, and as long as an urgent job
/// may wait behind others that were claimed before it.
const AHEAD: Duration = Duration::from_millis(20);

/// A worker whose handlers start fewer jobs than this within [`AHEAD`] claims nothing ahead: a claim
/// takes it little time beside its jobs.
const AHEAD_FROM: usize = 4;

/// The number of jobs of the next claim. It begins at one, doubles when all of them started at once,
/// and shrinks to what started in time when they did not.
#[derive(Debug)]
pub(super) struct Window {
    size: usize,
    most: usize,
    /// When the last claim came that brought as many as the window is wide.
    full_since: Option<Instant>,
}

impl Window {
    /// A window that never grows beyond `most`.
    pub(super) fn new(most: usize) -> Self {
        Self {
            size: 1,
            most: most.max(1),
            full_since: None,
        }
    }

    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Whether it is worth while to claim before a handler is free.
    pub(super) fn is_ahead(&self) -> bool {
        self.size >= AHEAD_FROM
    }

    pub(super) fn is_widest(&self) -> bool {
        self.size == self.most
    }

    /// When no more than this many wait, more are wanted.
    pub(super) fn low_mark(&self) -> usize {
        if self.is_ahead() { self.size / 4 } else { 0 }
    }

    /// A claim brought as many jobs as the window is wide.
    pub(super) fn filled(&mut self, now: Instant) {
        self.full_since = Some(now);
    }

    /// The handlers have taken what there was, or waited for too long with it.
    pub(super) fn ran_low(&mut self, now: Instant) {
        let Some(since) = self.full_since.take() else {
            return;
        };
        let took = now.saturating_duration_since(since);
        self.size = if took <= AHEAD {
            self.size.saturating_mul(2).min(self.most)
        } else {
            let share = AHEAD.as_secs_f64() / took.as_secs_f64();
            ((self.size as f64 * share) as usize).max(1)
        };
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
            window.filled(now);
            now += Duration::from_millis(*took);
            window.ran_low(now);
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
        assert_eq!(after(&[1, 1, 1, 5000]), 1);
    }

    #[test]
    fn it_shrinks_to_what_started_in_time() {
        assert_eq!(after(&[1, 1, 1, 1, 40]), 8);
    }
}
