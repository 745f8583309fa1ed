//! Turns: a test that needs the whole machine waits until no other one runs, and the others wait for it.

use std::cell::Cell;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::sleep;

/// How often a test that waits looks again.
const LOOK_EVERY: Duration = Duration::from_millis(20);

static STATE: Mutex<State> = Mutex::new(State {
    running: 0,
    is_taken: false,
});

thread_local! {
    /// How many turns the test of this thread has: it never waits for itself.
    static OWN: Cell<usize> = const { Cell::new(0) };
}

struct State {
    running: usize,
    is_taken: bool,
}

/// A test's turn, as long as it is not dropped.
pub(super) struct Turn {
    is_alone: bool,
}

impl Turn {
    /// One beside others.
    pub(super) async fn beside_others() -> Self {
        let waits = |state: &State| state.is_taken && OWN.get() == 0;
        until(|state| !waits(state)).await.running += 1;
        OWN.set(OWN.get() + 1);
        Self { is_alone: false }
    }

    /// One while no other test runs; not for a test that has a turn.
    pub(super) async fn alone() -> Self {
        until(|state| !state.is_taken).await.is_taken = true;
        drop(until(|state| state.running == 0).await);
        OWN.set(OWN.get() + 1);
        Self { is_alone: true }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut state = state();
        if self.is_alone {
            state.is_taken = false;
        } else {
            state.running -= 1;
        }
        OWN.set(OWN.get().saturating_sub(1));
    }
}

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn until(is_so: impl Fn(&State) -> bool) -> MutexGuard<'static, State> {
    loop {
        {
            let state = state();
            if is_so(&state) {
                return state;
            }
        }
        sleep(LOOK_EVERY).await;
    }
}
