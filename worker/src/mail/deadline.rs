//! Until when the mail server is waited for, and for what.

use std::io::{Error, ErrorKind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::step::Step;

/// Until when the server may be waited for, and for what. Clones are one and the same.
#[derive(Clone, Debug)]
pub(super) struct Deadline {
    time_limit: Duration,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    at: Instant,
    step: Step,
}

impl Deadline {
    /// In `time_limit` from now.
    pub(super) fn after(time_limit: Duration) -> Self {
        let state = State {
            at: Instant::now() + time_limit,
            step: Step::Connection,
        };
        Self {
            time_limit,
            state: Arc::new(Mutex::new(state)),
        }
    }

    /// Begins the time anew, for another mail.
    pub(super) fn restart(&self) {
        self.state().at = Instant::now() + self.time_limit;
    }

    /// Ends in `limit` from now, if not before.
    pub(super) fn shorten(&self, limit: Duration) {
        let mut state = self.state();
        state.at = state.at.min(Instant::now() + limit);
    }

    /// `step` is what the server is waited for from now on.
    pub(super) fn wait_for(&self, step: Step) {
        self.state().step = step;
    }

    /// What the server is waited for.
    pub(super) fn step(&self) -> Step {
        self.state().step
    }

    pub(super) fn at(&self) -> Instant {
        self.state().at
    }

    /// It is over.
    pub(super) fn error(&self) -> Error {
        let (step, seconds) = (self.step(), self.time_limit.as_secs_f64());
        let text = format!("the mail server {step} within {seconds} s");
        Error::new(ErrorKind::TimedOut, text)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
