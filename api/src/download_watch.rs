//! [`DownloadWatch`]: downloads under way end when what they depend on has ended.

use std::collections::{BTreeMap, HashSet};
use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dossier_common::clock::Clock;
use dossier_common::digest::Sha256;
use dossier_common::id::{FileId, LinkId, SessionId};
use dossier_common::store::running_downloads::Standing;
use dossier_common::store::{Store, StoreError};
use tokio::sync::watch;
use tokio::time::sleep;

/// How often it looks while there are downloads. A look takes 2 seconds at most, so that a download ends within 5.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// A download under way, and what it depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunningDownload {
    /// Its link.
    pub link_id: LinkId,
    /// Its document.
    pub file_id: FileId,
    /// The digest of the bytes that are delivered.
    pub sha256: Sha256,
    /// The session of its client: it ends when the account is disabled, too.
    pub session_id: SessionId,
}

/// Looks at the links, documents and sessions of all downloads of this process, in one query each; cheap to clone.
///
/// It polls: a change stream would wake it for every change of any document.
#[derive(Clone, Debug)]
pub struct DownloadWatch(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    clock: Clock,
    downloads: Mutex<Downloads>,
}

#[derive(Debug, Default)]
struct Downloads {
    next: u64,
    running: BTreeMap<u64, (RunningDownload, watch::Sender<bool>)>,
    is_watched: bool,
}

/// That a download is under way; it is not any more when this is dropped.
#[derive(Debug)]
pub struct DownloadGuard {
    watch: DownloadWatch,
    number: u64,
    ended: watch::Receiver<bool>,
}

impl DownloadWatch {
    /// Of downloads from `store`; there are none yet.
    pub fn new(store: Store, clock: Clock) -> Self {
        Self(Arc::new(Inner {
            store,
            clock,
            downloads: Mutex::default(),
        }))
    }

    /// A download begins. The first one has the others watched, too.
    pub fn register(&self, download: RunningDownload) -> DownloadGuard {
        let (sender, ended) = watch::channel(false);
        let mut downloads = self.0.lock();
        let number = downloads.next;
        downloads.next += 1;
        downloads.running.insert(number, (download, sender));
        if !downloads.is_watched {
            downloads.is_watched = true;
            tokio::spawn(look_after(self.0.clone()));
        }
        DownloadGuard {
            watch: self.clone(),
            number,
            ended,
        }
    }

    /// How many downloads are under way that were not told to end.
    pub fn running(&self) -> usize {
        let downloads = self.0.lock();
        let told = |sender: &watch::Sender<bool>| *sender.borrow();
        let running = downloads.running.values();
        running.filter(|(_, sender)| !told(sender)).count()
    }
}

impl DownloadGuard {
    /// Waits until the download has to end. A call may be given up and made again.
    pub async fn ended(&mut self) {
        let is_forgotten = self.ended.wait_for(|ended| *ended).await.is_err();
        if is_forgotten {
            // Nobody is left who could tell.
            pending::<()>().await;
        }
    }
}

impl Drop for DownloadGuard {
    fn drop(&mut self) {
        self.watch.0.lock().running.remove(&self.number);
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, Downloads> {
        self.downloads
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// What is under way; nothing when nothing is, and whoever registers next has it watched anew.
    fn under_way(&self) -> Option<BTreeMap<u64, RunningDownload>> {
        let mut downloads = self.lock();
        let is_any = !downloads.running.is_empty();
        downloads.is_watched = is_any;
        let running = downloads.running.iter();
        let running = running.map(|(number, (download, _))| (*number, *download));
        is_any.then(|| running.collect())
    }

    async fn look(&self, running: &BTreeMap<u64, RunningDownload>) -> Result<Standing, StoreError> {
        let links: HashSet<LinkId> = running.values().map(|it| it.link_id).collect();
        let files: HashSet<FileId> = running.values().map(|it| it.file_id).collect();
        let sessions: HashSet<SessionId> = running.values().map(|it| it.session_id).collect();
        let looking = self
            .store
            .standing(links, files, sessions, self.clock.now());
        looking.await
    }

    /// Tells those of `looked_at` to end that cannot go on. Others may have begun since.
    fn end(&self, looked_at: &BTreeMap<u64, RunningDownload>, standing: &Standing) {
        let downloads = self.lock();
        for (number, download) in looked_at {
            if let Some((_, sender)) = downloads.running.get(number)
                && !download.may_go_on(standing)
            {
                sender.send_replace(true);
            }
        }
    }
}

impl RunningDownload {
    fn may_go_on(&self, standing: &Standing) -> bool {
        standing.links.contains(&self.link_id)
            && standing.files.get(&self.file_id) == Some(&self.sha256)
            && standing.sessions.contains(&self.session_id)
    }
}

/// Looks every second, until there is no download any more.
async fn look_after(inner: Arc<Inner>) {
    let mut was_seen = true;
    loop {
        sleep(LOOK_EVERY).await;
        let Some(running) = inner.under_way() else {
            return;
        };
        match inner.look(&running).await {
            Ok(standing) => {
                inner.end(&running, &standing);
                was_seen = true;
            }
            Err(error) if was_seen => {
                tracing::warn!(%error, "what downloads depend on cannot be read; trying again");
                was_seen = false;
            }
            Err(_) => {}
        }
    }
}
