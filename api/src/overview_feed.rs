//! The overview, read once for everybody in this process who listens to it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use dossier_common::overview::Overview;
use dossier_common::store::{Store, StoreError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::sleep;

use crate::wire::OverviewResponse;

/// How often it is read while somebody listens.
const READ_EVERY: Duration = Duration::from_secs(2);

/// How long reading it may take.
pub(crate) const READ_LIMIT: Duration = Duration::from_secs(5);

/// How many may listen at once.
pub const MAX_LISTENERS: usize = 64;

/// What listeners are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OverviewUpdate {
    /// The overview.
    Read(Arc<OverviewResponse>),
    /// It could not be read; it is tried again.
    Unavailable,
}

/// Reads the overview as long as somebody listens; cheap to clone.
#[derive(Clone, Debug)]
pub struct OverviewFeed(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    places: Arc<Semaphore>,
    latest: watch::Sender<Option<OverviewUpdate>>,
    is_read: Mutex<bool>,
}

/// Somebody who listens; the place is free again when this is dropped.
#[derive(Debug)]
pub struct OverviewListener {
    latest: watch::Receiver<Option<OverviewUpdate>>,
    _place: OwnedSemaphorePermit,
}

impl OverviewFeed {
    /// Of the overview of `store`; nothing is read yet.
    pub fn new(store: Store) -> Self {
        Self(Arc::new(Inner {
            store,
            places: Arc::new(Semaphore::new(MAX_LISTENERS)),
            latest: watch::Sender::new(None),
            is_read: Mutex::new(false),
        }))
    }

    /// Somebody listens from now on; nobody when too many do.
    pub fn listen(&self) -> Option<OverviewListener> {
        let place = self.0.places.clone().try_acquire_owned().ok()?;
        Some(OverviewListener {
            latest: self.0.subscribe(),
            _place: place,
        })
    }

    /// How many listen.
    pub fn listeners(&self) -> usize {
        self.0.latest.receiver_count()
    }
}

impl OverviewListener {
    /// The newest update that was not told yet; waits for one. Nothing when there will be none. A call may
    /// be given up and made again.
    pub async fn next(&mut self) -> Option<OverviewUpdate> {
        loop {
            self.latest.changed().await.ok()?;
            let update = self.latest.borrow_and_update().clone();
            if update.is_some() {
                return update;
            }
        }
    }
}

impl Inner {
    /// One more listener, who is told the newest update at once. The first one has it read.
    fn subscribe(self: &Arc<Self>) -> watch::Receiver<Option<OverviewUpdate>> {
        let mut is_read = self.is_read.lock().unwrap_or_else(PoisonError::into_inner);
        if !*is_read {
            *is_read = true;
            // It is of when somebody listened last.
            self.latest.send_replace(None);
            tokio::spawn(read(self.clone()));
        }
        let mut latest = self.latest.subscribe();
        latest.mark_changed();
        latest
    }

    /// Whether nobody listens any more; then whoever listens next has it read anew.
    fn is_left(&self) -> bool {
        let mut is_read = self.is_read.lock().unwrap_or_else(PoisonError::into_inner);
        let is_left = self.latest.receiver_count() == 0;
        *is_read = !is_left;
        is_left
    }
}

/// Reads the overview every two seconds, until nobody listens.
async fn read(inner: Arc<Inner>) {
    let mut was_read = true;
    loop {
        let overview = Overview::gather(&inner.store, READ_LIMIT).await;
        match &overview {
            Ok(_) => was_read = true,
            Err(error) if was_read => {
                tracing::warn!(%error, "the overview cannot be read for those who listen; trying again");
                was_read = false;
            }
            Err(_) => {}
        }
        inner.latest.send_replace(Some(update(overview)));
        sleep(READ_EVERY).await;
        if inner.is_left() {
            return;
        }
    }
}

fn update(overview: Result<Overview, StoreError>) -> OverviewUpdate {
    match overview {
        Ok(overview) => OverviewUpdate::Read(Arc::new(overview.into())),
        Err(_) => OverviewUpdate::Unavailable,
    }
}
