//! [`DownloadWatch`]: downloads under way end when what they depend on has ended.

use std::collections::{BTreeMap, HashSet};
use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dossier_common::clock::Clock;
use dossier_common::store::Store;
use dossier_common::store::running_downloads::RunningDownload;
use tokio::sync::watch;
use tokio::time::sleep;

/// How often it looks while there are downloads. A look takes 2 seconds at most, so that a download ends within 5.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Looks at the links, documents, sessions and groups of all downloads of this process, in one query each; cheap to clone.
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
        let running = running.map(|(number, (download, _))| (*number, download.clone()));
        is_any.then(|| running.collect())
    }

    /// Tells those with these numbers to end.
    fn end(&self, numbers: &HashSet<u64>) {
        let downloads = self.lock();
        for number in numbers {
            if let Some((_, sender)) = downloads.running.get(number) {
                sender.send_replace(true);
            }
        }
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
        let now = inner.clock.now();
        match inner.store.downloads_to_end(&running, now).await {
            Ok(numbers) => {
                inner.end(&numbers);
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
