//! A response that says how far it got.

use std::time::Duration;

use dossier_common::download::{Download, Span};
use dossier_common::id::DownloadId;
use dossier_common::store::StoreError;
use dossier_common::store::downloads::{Joined, Wanted};
use dossier_service::server::ConnectionFate;
use tokio::runtime::Handle;
use tokio::time::{Instant, timeout};

use super::opening::Opening;
use super::running::BrokenOff;
use crate::state::AppState;

/// How often it is recorded at least that a response goes on.
const RECORD_EVERY: Duration = Duration::from_secs(5);

/// How long a connection is watched after the last byte for whether it was delivered. Whoever wants the same bytes waits
/// as long.
const WATCH_LIMIT: Duration = Duration::from_secs(5);

/// A response under way: it asks before it sends, and has recorded how far it got by the time its last byte leaves.
///
/// When it is dropped earlier its connection broke; what was handed over is recorded then.
#[derive(Debug)]
pub(super) struct CountedResponse {
    state: AppState,
    download: DownloadId,
    wanted: Wanted,
    /// How many bytes it may have sent.
    granted: i64,
    /// How many bytes it has handed over.
    sent: i64,
    recorded_at: Instant,
    has_ended: bool,
    /// Its download, where that is still being recorded.
    opening: Option<Opening>,
    /// What becomes of its connection, where there is one.
    fate: Option<ConnectionFate>,
}

impl CountedResponse {
    pub(super) fn new(
        state: &AppState,
        wanted: Wanted,
        joined: Joined,
        opening: Option<Opening>,
    ) -> Self {
        Self {
            state: state.clone(),
            download: joined.download,
            wanted,
            granted: joined.granted.size(),
            sent: 0,
            recorded_at: Instant::now(),
            has_ended: false,
            opening,
            fate: None,
        }
    }

    /// Has it count as delivered when its connection goes on or is closed in order.
    pub(super) fn watch(&mut self, fate: Option<ConnectionFate>) {
        self.fate = fate;
    }

    /// How many of the next `length` bytes may be handed over now: one at least, unless `length` is none.
    ///
    /// # Errors
    ///
    /// [`BrokenOff`] when there are none.
    pub(super) async fn admit(&mut self, length: usize) -> Result<usize, BrokenOff> {
        if self.sent >= self.granted {
            let granted = self.advance().await?;
            self.granted = self.sent.saturating_add(granted.size());
        }
        let room = usize::try_from(self.granted - self.sent).unwrap_or(usize::MAX);
        Ok(room.min(length))
    }

    /// Counts bytes that are about to be handed over. The last of them are recorded first.
    ///
    /// # Errors
    ///
    /// [`BrokenOff`] when they must not be.
    pub(super) async fn count(&mut self, length: usize) -> Result<(), BrokenOff> {
        let length = i64::try_from(length).unwrap_or(i64::MAX);
        let sent = self.sent.saturating_add(length);
        let (response, now) = (self.wanted.response, self.state.clock.now());
        if sent >= self.wanted.bytes.size() {
            self.finish(sent).await?;
        } else if self.recorded_at.elapsed() >= RECORD_EVERY {
            let renewed = self.change(move |it| it.renew(response, sent, now));
            if renewed.await? != Some(true) {
                self.has_ended = true;
                return Err(BrokenOff::UsedUp);
            }
            self.recorded_at = Instant::now();
        }
        self.sent = sent;
        Ok(())
    }

    /// Records that all bytes leave, and whether they have arrived once that is known.
    async fn finish(&mut self, sent: i64) -> Result<(), BrokenOff> {
        let (response, now) = (self.wanted.response, self.state.clock.now());
        let fate = self.fate.take();
        let is_watched = fate.is_some();
        let recorded = self.change(move |it| {
            if is_watched {
                it.hold(response, sent, now)
            } else {
                it.end(response, sent, now)
            }
        });
        let is_recorded = recorded.await? == Some(true);
        self.has_ended = true;
        if !is_recorded {
            return Err(BrokenOff::UsedUp);
        }
        let Some(fate) = fate else {
            return Ok(());
        };
        let (state, download) = (self.state.clone(), self.download);
        tokio::spawn(async move {
            let delivered = timeout(WATCH_LIMIT, fate.is_delivered()).await;
            let is_lost = matches!(delivered, Ok(false));
            let now = state.clock.now();
            let ending = state.store.change_download(download, now, |it| {
                if is_lost {
                    it.lose(response, sent, now);
                } else {
                    it.end(response, sent, now);
                }
            });
            warn_unless_recorded(download, ending.await);
        });
        Ok(())
    }

    async fn advance(&mut self) -> Result<Span, BrokenOff> {
        let (wanted, sent, now) = (self.wanted, self.sent, self.state.clock.now());
        let advanced = self.change(move |it| it.advance(wanted.response, sent, wanted.block, now));
        let granted = advanced.await?.flatten();
        self.recorded_at = Instant::now();
        // What is not granted is over: it was recorded with that.
        self.has_ended = granted.is_none();
        granted.ok_or(BrokenOff::UsedUp)
    }

    /// Changes what is stored of the download, once it is, in a task of its own: a body may be dropped at any time, and
    /// a database call must not be.
    async fn change<T: Send + 'static>(
        &mut self,
        change: impl FnMut(&mut Download) -> T + Send + 'static,
    ) -> Result<Option<T>, StoreError> {
        let (state, download) = (self.state.clone(), self.download);
        let (now, opening) = (state.clock.now(), self.opening.take());
        let changing = async move {
            if let Some(opening) = opening {
                opening.recorded().await?;
            }
            state.store.change_download(download, now, change).await
        };
        tokio::spawn(changing).await?
    }
}

impl Drop for CountedResponse {
    fn drop(&mut self) {
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        if self.has_ended {
            return;
        }
        let (state, download) = (self.state.clone(), self.download);
        let (response, sent) = (self.wanted.response, self.sent);
        let opening = self.opening.take();
        runtime.spawn(async move {
            if let Some(opening) = opening
                && let Err(error) = opening.recorded().await
            {
                return warn_unless_recorded::<()>(download, Err(error));
            }
            let now = state.clock.now();
            let ending = state
                .store
                .change_download(download, now, |it| it.lose(response, sent, now));
            warn_unless_recorded(download, ending.await);
        });
    }
}

/// Logs that what became of a download is not recorded.
pub(super) fn warn_unless_recorded<T>(download: DownloadId, ended: Result<T, StoreError>) {
    if let Err(error) = ended {
        tracing::warn!(%error, %download, "how far a download got could not be recorded");
    }
}
