//! The changes of documents, read once for everybody in this process who listens to them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dossier_common::id::FileId;
use dossier_common::store::file_stream::Position;
use dossier_common::store::followed_files::FileAudience;
use dossier_common::store::{Store, StoreError};
use tokio::sync::watch;
use tokio::time::sleep;

/// How far back a listener may go on after a break.
pub const HISTORY: Duration = Duration::from_secs(5 * 60);

/// How many changes are remembered at most.
const REMEMBERED: usize = 20_000;

/// How many changes a listener is given at once.
const BATCH: usize = 64;

/// The pause before changes are read again after a failure.
const REOPEN_AFTER: Duration = Duration::from_secs(1);

/// Reads changes as long as somebody listens; cheap to clone.
///
/// Reading begins [`HISTORY`] before the first listener came, so that every process of the service can go on where
/// a listener was with another one.
#[derive(Clone, Debug)]
pub struct FileFeed(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    log: Mutex<Log>,
    woken: watch::Sender<()>,
}

/// What was read.
#[derive(Debug, Default)]
struct Log {
    changes: VecDeque<FeedChange>,
    /// Every change after this is in it, up to `head`; nothing was read yet without.
    since: Option<Position>,
    head: Option<Position>,
    is_read: bool,
}

/// Somebody who listens.
#[derive(Debug)]
pub struct FeedListener {
    inner: Arc<Inner>,
    woken: watch::Receiver<()>,
}

/// A change of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedChange {
    /// The place of the change.
    pub place: Position,
    /// The document.
    pub file_id: FileId,
    /// Whom it may concern, as it was soon after the change; nothing of a document that is gone.
    pub audience: Option<Arc<FileAudience>>,
}

/// What has changed after a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// These documents, in this order; none when nothing has changed that was read.
    Files(Vec<FeedChange>),
    /// It is not known any more.
    Forgotten,
}

impl FileFeed {
    /// Of the documents of `store`; nothing is read yet.
    pub fn new(store: Store) -> Self {
        Self(Arc::new(Inner {
            store,
            log: Mutex::default(),
            woken: watch::Sender::new(()),
        }))
    }

    /// Somebody listens from now on. The first one has changes read.
    pub fn listen(&self) -> FeedListener {
        let mut log = self.0.log();
        let woken = self.0.woken.subscribe();
        if !log.is_read {
            *log = Log {
                is_read: true,
                ..Log::default()
            };
            tokio::spawn(read(self.0.clone()));
        }
        FeedListener {
            inner: self.0.clone(),
            woken,
        }
    }
}

impl FeedListener {
    /// What has changed after `place`, some changes at a time.
    pub fn changed_after(&self, place: &Position) -> Changed {
        let log = self.inner.log();
        let Some(since) = &log.since else {
            return Changed::Files(Vec::new());
        };
        if place < since {
            return Changed::Forgotten;
        }
        let first = log.changes.partition_point(|change| change.place <= *place);
        Changed::Files(log.changes.range(first..).take(BATCH).cloned().collect())
    }

    /// The place up to which everything was read, if there is one.
    pub fn head(&self) -> Option<Position> {
        self.inner.log().head.clone()
    }

    /// Waits until more was read. A call may be given up and made again.
    pub async fn more(&mut self) {
        // The sender lives as long as `inner`.
        let _ = self.woken.changed().await;
    }
}

impl Inner {
    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether nobody listens any more; then whoever listens next has it read anew.
    fn is_left(&self) -> bool {
        let mut log = self.log();
        let is_left = self.woken.receiver_count() == 0;
        log.is_read = !is_left;
        is_left
    }

    /// Reads until nobody listens (`true`), the database ends the stream (`false`), or there is a failure.
    async fn read_on(&self) -> Result<bool, StoreError> {
        let head = self.log().head.clone();
        let mut changes = match &head {
            Some(head) => self.store.file_changes(head).await?,
            None => {
                let since = self.store.present_position().await?.earlier(HISTORY);
                let changes = self.store.file_changes(&since).await?;
                self.log().since = Some(since);
                changes
            }
        };
        while !self.is_left() {
            let Some(change) = changes.next().await? else {
                return Ok(false);
            };
            // Read once for all who listen.
            let audience = match change.file_id {
                Some(id) => self.store.find_file_audience(id).await?.map(Arc::new),
                None => None,
            };
            let place = change.position;
            let change = change.file_id.map(|file_id| FeedChange {
                place: place.clone(),
                file_id,
                audience,
            });
            self.log().add(place, change);
            self.woken.send_replace(());
        }
        Ok(true)
    }

    /// Begins anew when the database does not remember what came after `head`: that is not known any more.
    async fn begin_anew(&self) -> Result<(), StoreError> {
        let now = self.store.present_position().await?;
        *self.log() = Log {
            since: Some(now.clone()),
            head: Some(now),
            is_read: true,
            ..Log::default()
        };
        self.woken.send_replace(());
        Ok(())
    }
}

impl Log {
    /// Everything up to `place` is read, where `change` was made, if there is one.
    fn add(&mut self, place: Position, change: Option<FeedChange>) {
        // What was read before may come again after a failure.
        if self.head.as_ref().is_some_and(|head| place <= *head) {
            return;
        }
        self.head = Some(place);
        let Some(change) = change else {
            return;
        };
        if self.changes.len() == REMEMBERED
            && let Some(forgotten) = self.changes.pop_front()
        {
            self.since = Some(forgotten.place);
        }
        self.changes.push_back(change);
    }
}

/// Reads changes until nobody listens.
async fn read(inner: Arc<Inner>) {
    loop {
        match inner.read_on().await {
            Ok(true) => return,
            // As when the database is dropped.
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(%error, "changes of documents cannot be read for those who listen; trying again");
                if error.has_lost_changes()
                    && let Err(error) = inner.begin_anew().await
                {
                    tracing::warn!(%error, "nor can they be read from now on");
                }
            }
        }
        sleep(REOPEN_AFTER).await;
        if inner.is_left() {
            return;
        }
    }
}
