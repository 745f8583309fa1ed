//! Whether the process is on its way out.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Set once the process stops taking new work: from then on it is not ready.
#[derive(Clone, Debug, Default)]
pub struct Draining(Arc<AtomicBool>);

impl Draining {
    /// From now on the process is not ready.
    pub fn begin(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether the process is on its way out.
    pub fn has_begun(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
