//! Sessions and accounts as they were a moment ago: what almost every request asks for.
//!
//! A process goes by what it read of one for at most [`RECENT`], so that somebody with many requests
//! costs the database a few reads a second. Whoever ends a session or changes an account waits as
//! long after the commit before saying so: a read that began before the commit is not used any more
//! then, in any process. So what was ended is refused everywhere from the moment of the answer on,
//! without a message between processes.

use std::fmt;
use std::future::Future;
use std::hash::Hash;
use std::sync::Arc;
use std::time::{Duration, Instant};

use moka::sync::Cache;

use super::{Store, StoreError, Tx};
use crate::id::{SessionId, UserId};
use crate::session::Session;
use crate::user::User;

/// How long a process goes by what it read of a session or an account, counted from before the
/// read.
pub const RECENT: Duration = Duration::from_millis(100);

/// How many sessions, and how many accounts, are remembered at most.
const REMEMBERED: u64 = 10_000;

/// What was read lately.
#[derive(Clone)]
pub(super) struct Recent {
    sessions: Cache<SessionId, Remembered<Session>>,
    users: Cache<UserId, Remembered<User>>,
}

/// A row, and when its reading began.
struct Remembered<T> {
    row: Arc<T>,
    asked_at: Instant,
}

impl Recent {
    pub(super) fn new() -> Self {
        Self {
            sessions: cache(),
            users: cache(),
        }
    }
}

impl Store {
    /// The session with this id as it was at most [`RECENT`] ago, ended or not.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn recent_session(&self, id: SessionId) -> Result<Option<Arc<Session>>, StoreError> {
        recent(&self.recent.sessions, id, self.find_session(id)).await
    }

    /// The account with this id as it was at most [`RECENT`] ago.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn recent_user(&self, id: UserId) -> Result<Option<Arc<User>>, StoreError> {
        recent(&self.recent.users, id, self.find_user(id)).await
    }
}

impl Tx<'_> {
    /// To be called by whatever ends a session or changes an account: the transaction is over
    /// only when no process goes by what was there before.
    pub(super) fn outdates_recent(&mut self) {
        self.outdates_recent = true;
    }
}

/// Waits until no process goes by what it read before now.
pub(super) async fn until_forgotten() {
    tokio::time::sleep(RECENT).await;
}

fn cache<K: Hash + Eq + Send + Sync + 'static, T: Send + Sync + 'static>() -> Cache<K, Remembered<T>>
{
    Cache::builder()
        .max_capacity(REMEMBERED)
        .time_to_live(RECENT)
        .build()
}

/// What `cache` has for `id`, or else what `read` finds. That there is nothing is not remembered:
/// a session can be used as soon as it is opened.
async fn recent<K: Hash + Eq + Send + Sync + 'static, T: Send + Sync + 'static>(
    cache: &Cache<K, Remembered<T>>,
    id: K,
    read: impl Future<Output = Result<Option<T>, StoreError>>,
) -> Result<Option<Arc<T>>, StoreError> {
    let asked_at = Instant::now();
    // The cache counts from when the row was put in, which is later.
    let known = cache
        .get(&id)
        .filter(|it| asked_at.duration_since(it.asked_at) < RECENT);
    if let Some(known) = known {
        return Ok(Some(known.row));
    }
    let found = read.await?.map(Arc::new);
    if let Some(row) = found.clone() {
        cache.insert(id, Remembered { row, asked_at });
    }
    Ok(found)
}

impl<T> Clone for Remembered<T> {
    fn clone(&self) -> Self {
        Self {
            row: self.row.clone(),
            asked_at: self.asked_at,
        }
    }
}

/// Shows nothing of what is remembered.
impl fmt::Debug for Recent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Recent(…)")
    }
}
