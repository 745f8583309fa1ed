//! The overview, read once for everybody in this process who listens to it.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
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
#[derive(Clone, Debug)]
pub enum OverviewUpdate {
    /// The overview.
    Read(Arc<ReadOverview>),
    /// It could not be read; it is tried again.
    Unavailable,
}

/// The overview, and its JSON, which is written once for all who are told it.
#[derive(Debug)]
pub struct ReadOverview {
    overview: OverviewResponse,
    json: Written,
    console_json: Written,
}

/// JSON, once it was asked for; none when it could not be written.
type Written = OnceLock<Option<String>>;

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

impl ReadOverview {
    fn new(overview: OverviewResponse) -> Self {
        Self {
            overview,
            json: Written::new(),
            console_json: Written::new(),
        }
    }

    /// The JSON that the API tells.
    pub fn json(&self) -> Option<&str> {
        let written = self
            .json
            .get_or_init(|| serde_json::to_string(&self.overview).ok());
        written.as_deref()
    }

    /// The JSON that the console tells, as `write` has written it for whoever asked first.
    pub fn console_json(
        &self,
        write: impl FnOnce(&OverviewResponse) -> serde_json::Result<String>,
    ) -> Option<&str> {
        let written = self.console_json.get_or_init(|| write(&self.overview).ok());
        written.as_deref()
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
        Ok(overview) => OverviewUpdate::Read(Arc::new(ReadOverview::new(overview.into()))),
        Err(_) => OverviewUpdate::Unavailable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{MailServerResponse, MailServerStateName};

    #[test]
    fn the_json_is_written_once_for_all_listeners() {
        let read = ReadOverview::new(OverviewResponse {
            at: "2026-11-25T08:30:00.000Z".to_owned(),
            mail_server: MailServerResponse {
                state: MailServerStateName::Works,
                failures: 0,
                failed_at: None,
                parked_since: None,
                reason: None,
            },
            queues: Vec::new(),
            workers: Vec::new(),
            failures: Vec::new(),
        });
        let json = read.json().expect("it can be written");
        let again = read.json().expect("it can be written");
        assert!(std::ptr::eq(json, again));
        let first = read.console_json(|overview| Ok(overview.at.clone()));
        let second = read.console_json(|_| panic!("it is written already"));
        assert_eq!(first, Some("2026-11-25T08:30:00.000Z"));
        assert_eq!(second, first);
    }
}
