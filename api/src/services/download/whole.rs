//! A small document in one response.

use dossier_common::download::Download;
use dossier_common::store::StoreError;
use tokio::runtime::Handle;

use super::counted::warn_unless_recorded;
use super::opening::Opening;
use crate::state::AppState;

/// A response with a whole document of a link without limit, which is recorded as sent. Its last bytes leave when that
/// is done; when it is dropped earlier its connection broke, and the record is put right.
#[derive(Debug)]
pub(super) struct WholeResponse {
    state: AppState,
    download: Download,
    /// How many bytes it has handed over.
    sent: i64,
    /// Nothing once it was waited for.
    opening: Option<Opening>,
    is_recorded: bool,
}

impl WholeResponse {
    pub(super) fn new(state: &AppState, download: Download, opening: Opening) -> Self {
        Self {
            state: state.clone(),
            download,
            sent: 0,
            opening: Some(opening),
            is_recorded: false,
        }
    }

    /// Counts bytes that are about to be handed over.
    pub(super) async fn count(&mut self, length: usize) -> Result<(), StoreError> {
        let length = i64::try_from(length).unwrap_or(i64::MAX);
        let sent = self.sent.saturating_add(length);
        if sent >= self.download.size_bytes
            && let Some(opening) = self.opening.take()
        {
            opening.recorded().await?;
            self.is_recorded = true;
        }
        self.sent = sent;
        Ok(())
    }
}

impl Drop for WholeResponse {
    fn drop(&mut self) {
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        if self.is_recorded {
            return;
        }
        let opening = self.opening.take();
        let (state, download, sent) = (self.state.clone(), self.download.clone(), self.sent);
        runtime.spawn(async move {
            let ended = put_right(&state, opening, &download, sent).await;
            warn_unless_recorded(download.id, ended);
        });
    }
}

async fn put_right(
    state: &AppState,
    opening: Option<Opening>,
    download: &Download,
    sent: i64,
) -> Result<(), StoreError> {
    let opened = match opening {
        Some(opening) => opening.recorded().await,
        None => Ok(()),
    };
    let now = state.clock.now();
    // Also what seems not to be recorded may be.
    state.store.break_off_download(download, sent, now).await?;
    opened
}
