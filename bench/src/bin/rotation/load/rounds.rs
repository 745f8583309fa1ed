//! Which rounds began before a moment.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Rounds that are under way hold the period in which they began; clones count together.
#[derive(Clone, Default)]
pub(super) struct Rounds(Arc<Mutex<Arc<()>>>);

impl Rounds {
    /// A round that is under way until what this returns is dropped.
    pub(super) fn begin(&self) -> Arc<()> {
        let period = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        period.clone()
    }

    /// Waits until every round has ended that has begun by now.
    pub(super) async fn renewed(&self) {
        let old = {
            let mut period = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *period)
        };
        while Arc::strong_count(&old) > 1 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}
