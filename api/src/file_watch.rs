//! Documents that somebody waits for, read together for everybody in this process.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dossier_common::id::FileId;
use dossier_common::store::files::FileView;
use dossier_common::store::watch::Changes;
use dossier_common::store::{Store, StoreError};
use mongodb::bson::serialize_to_vec;
use tokio::sync::watch;
use tokio::time::sleep;

/// How often documents are read whose change no wake-up told: those of their jobs have none.
const READ_EVERY: Duration = Duration::from_secs(2);

/// The least time between two readings, however many wake-ups there are.
const PAUSE: Duration = Duration::from_millis(100);

/// Reads the documents that are waited for, and their jobs, as long as somebody waits; cheap to clone.
#[derive(Clone, Debug)]
pub struct FileWatch(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    changes: Changes,
    waited_for: Mutex<WaitedFor>,
}

#[derive(Debug, Default)]
struct WaitedFor {
    files: HashMap<FileId, watch::Sender<Seen>>,
    is_read: bool,
}

/// A digest of a document and its jobs; `None` before it was read, and of one that is gone.
type Seen = Option<u64>;

/// Somebody who waits for a document to change.
#[derive(Debug)]
pub struct FileWaiter {
    id: FileId,
    seen: Option<watch::Receiver<Seen>>,
    inner: Arc<Inner>,
}

impl FileWatch {
    /// Of documents of `store`, of whose changes `changes` tells; nothing is read yet.
    pub fn new(store: Store, changes: Changes) -> Self {
        Self(Arc::new(Inner {
            store,
            changes,
            waited_for: Mutex::default(),
        }))
    }

    /// Somebody waits for the document `id` from now on.
    pub fn wait_for(&self, id: FileId) -> FileWaiter {
        let mut waited_for = self.0.waited_for();
        let sender = waited_for.files.entry(id);
        let seen = sender
            .or_insert_with(|| watch::Sender::new(None))
            .subscribe();
        if !waited_for.is_read {
            waited_for.is_read = true;
            tokio::spawn(read(self.0.clone()));
        }
        FileWaiter {
            id,
            seen: Some(seen),
            inner: self.0.clone(),
        }
    }

    /// How many documents are waited for.
    pub fn files(&self) -> usize {
        self.0.waited_for().files.len()
    }
}

impl FileWaiter {
    /// Waits until the document or its job has changed since the last call; the first call may return at once. A
    /// call may be given up and made again.
    pub async fn changed(&mut self) {
        // The sender is kept as long as there is a receiver.
        if let Some(seen) = &mut self.seen
            && seen.changed().await.is_ok()
        {
            return;
        }
        std::future::pending().await
    }
}

impl Drop for FileWaiter {
    fn drop(&mut self) {
        let mut waited_for = self.inner.waited_for();
        self.seen = None;
        let is_left = |sender: &watch::Sender<Seen>| sender.receiver_count() == 0;
        if waited_for.files.get(&self.id).is_some_and(is_left) {
            waited_for.files.remove(&self.id);
        }
    }
}

impl Inner {
    fn waited_for(&self) -> MutexGuard<'_, WaitedFor> {
        let waited_for = self.waited_for.lock();
        waited_for.unwrap_or_else(PoisonError::into_inner)
    }

    /// The documents to read; none when nobody waits any more, and then whoever comes next has them read anew.
    fn ids(&self) -> Vec<FileId> {
        let mut waited_for = self.waited_for();
        waited_for.is_read = !waited_for.files.is_empty();
        waited_for.files.keys().copied().collect()
    }

    fn is_waited_for(&self, id: &str) -> bool {
        let id = id.parse::<FileId>();
        id.is_ok_and(|id| self.waited_for().files.contains_key(&id))
    }

    async fn read_once(&self, ids: &[FileId]) -> Result<(), StoreError> {
        let found = self.store.follow_files(ids).await?;
        let seen: HashMap<FileId, u64> = found
            .iter()
            .map(|view| (view.file.id, digest(view)))
            .collect();
        let waited_for = self.waited_for();
        for id in ids {
            if let Some(sender) = waited_for.files.get(id) {
                let now = seen.get(id).copied();
                sender.send_if_modified(|before| std::mem::replace(before, now) != now);
            }
        }
        Ok(())
    }
}

/// Reads the documents when one has changed, and every two seconds, until nobody waits.
async fn read(inner: Arc<Inner>) {
    let mut changes = inner.changes.subscribe();
    let mut was_read = true;
    loop {
        let ids = inner.ids();
        if ids.is_empty() {
            return;
        }
        match inner.read_once(&ids).await {
            Ok(()) => was_read = true,
            Err(error) if was_read => {
                tracing::warn!(%error, "documents cannot be read for those who wait for them; trying again");
                was_read = false;
            }
            Err(_) => {}
        }
        sleep(PAUSE).await;
        changes
            .wait_for_any(|id| inner.is_waited_for(id), READ_EVERY)
            .await;
    }
}

/// What differs when a document or one of its jobs has changed.
fn digest(view: &FileView) -> u64 {
    let mut hasher = DefaultHasher::new();
    serialize_to_vec(&view.file)
        .unwrap_or_default()
        .hash(&mut hasher);
    for job in [&view.job, &view.replacement_job] {
        job.is_some().hash(&mut hasher);
        if let Some(job) = job {
            job.state.as_str().hash(&mut hasher);
            (job.attempts, job.run_at.timestamp_millis(), &job.last_error).hash(&mut hasher);
        }
    }
    hasher.finish()
}
