//! What tasks and threads share.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The lock of `mutex`, also after a panic of somebody who held it: what these locks guard is whole
/// between any two statements.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
