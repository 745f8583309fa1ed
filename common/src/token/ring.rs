//! Keys that a process can exchange while it runs.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

/// Keys and their ids: the first mints, every one is accepted.
///
/// Clones share the keys: what [`replace`](Self::replace) puts in is used by all of them from then
/// on, so that a process can change its keys without a restart.
pub struct KeyRing<K>(Arc<RwLock<Keys<K>>>);

/// Each key with its id, at least one.
type Keys<K> = Arc<[(String, K)]>;

/// Shows the ids alone.
impl<K> fmt::Debug for KeyRing<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KeyRing").field(&self.ids()).finish()
    }
}

impl<K> Clone for KeyRing<K> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K> KeyRing<K> {
    /// Keys with their ids, the one that mints first; nothing when there is none.
    pub fn new(keys: Vec<(String, K)>) -> Option<Self> {
        let some = !keys.is_empty();
        some.then(|| Self(Arc::new(RwLock::new(keys.into()))))
    }

    /// The keys as they are now: at least one.
    pub fn current(&self) -> Keys<K> {
        let keys = self.0.read().unwrap_or_else(PoisonError::into_inner);
        keys.clone()
    }

    /// The ids of the keys as they are now.
    pub fn ids(&self) -> Vec<String> {
        self.current().iter().map(|(id, _)| id.clone()).collect()
    }

    /// Takes the keys of `others` in the place of these.
    pub fn replace(&self, others: &Self) {
        let others = others.current();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = others;
    }
}
