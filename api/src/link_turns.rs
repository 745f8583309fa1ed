//! [`LinkTurns`]: requests that wait for a limited link look at it one at a time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use dossier_common::id::LinkId;
use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

/// From so many links on those that nobody waits for are forgotten.
const MANY: usize = 1024;

/// The turns of requests that wait for bytes of a limited link, first come, first served; cheap to clone.
///
/// Without them hundreds that wait for one download keep the database and the processor from the one they wait for:
/// 500 requests for one use of a link took 27 to 100 s on a busy machine of two cores.
#[derive(Clone, Debug, Default)]
pub struct LinkTurns(Arc<Mutex<HashMap<LinkId, Weak<Turn<()>>>>>);

impl LinkTurns {
    /// Waits until no other request of this process looks at `link`. The next one does when the guard is dropped.
    pub async fn take(&self, link: LinkId) -> OwnedMutexGuard<()> {
        let turn = self.turn(link);
        turn.lock_owned().await
    }

    fn turn(&self, link: LinkId) -> Arc<Turn<()>> {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turn) = turns.get(&link).and_then(Weak::upgrade) {
            return turn;
        }
        if turns.len() >= MANY {
            turns.retain(|_, turn| turn.strong_count() > 0);
        }
        let turn = Arc::default();
        turns.insert(link, Arc::downgrade(&turn));
        turn
    }
}
