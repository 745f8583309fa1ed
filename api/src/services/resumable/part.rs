//! A part on its way into the store, with a lease of its own: what a process that died has written is removed.

use std::time::Duration;

use bytes::Bytes;
use dossier_common::id::{BlobId, UserId};
use dossier_common::store::StoreError;
use dossier_common::store::blobs::{BlobWriter, StoredBlob};
use tokio::time::Instant;

use crate::problem::Problem;
use crate::services::upload::stored;
use crate::state::AppState;

/// What a part has beside the longest silence of its client to come to its end.
const GRACE: Duration = Duration::from_secs(5 * 60);

/// How often a process tells that it goes on with a part.
const RENEW_EVERY: Duration = Duration::from_secs(60);

/// Bytes on their way into the store. They are removed unless they are [finished](Self::finish) and adopted,
/// or [discarded](Self::discard) before.
#[derive(Debug)]
pub(super) struct Part {
    blob_id: BlobId,
    writer: BlobWriter,
    size_bytes: u64,
    begun_at: Instant,
    renewed_at: Instant,
}

impl Part {
    /// Begins a part of an upload of `owner`.
    pub(super) async fn begin(state: &AppState, owner: UserId) -> Result<Self, Problem> {
        let blob_id = BlobId::generate(&state.entropy, state.clock.now());
        let opened = state.store.open_reservation(blob_id, owner, lease(state));
        opened.await.map_err(stored)?;
        let now = Instant::now();
        Ok(Self {
            blob_id,
            writer: state.store.write_blob(blob_id),
            size_bytes: 0,
            begun_at: now,
            renewed_at: now,
        })
    }

    /// How many bytes it has.
    pub(super) fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    /// How long ago it began.
    pub(super) fn age(&self) -> Duration {
        self.begun_at.elapsed()
    }

    /// Writes the next bytes; `false` when the store refused earlier ones, which [`finish`](Self::finish)
    /// tells of.
    pub(super) async fn write(&mut self, state: &AppState, piece: Bytes) -> Result<bool, Problem> {
        if self.renewed_at.elapsed() >= RENEW_EVERY {
            let renewed = state.store.renew_reservation(self.blob_id, lease(state));
            if !renewed.await.map_err(stored)? {
                return Err(stored(StoreError::UploadExpired));
            }
            self.renewed_at = Instant::now();
        }
        self.size_bytes += piece.len() as u64;
        Ok(self.writer.write(piece).await)
    }

    /// Waits until everything is stored. The bytes have their lease until something adopts them.
    pub(super) async fn finish(self, state: &AppState) -> Result<StoredBlob, Problem> {
        let blob_id = self.blob_id;
        match self.writer.finish().await {
            Ok(blob) => Ok(blob),
            Err(error) => {
                remove(state, blob_id).await;
                Err(stored(error))
            }
        }
    }

    /// Removes what is stored.
    pub(super) async fn discard(self, state: &AppState) {
        self.writer.discard().await;
        remove(state, self.blob_id).await;
    }
}

/// Removes the bytes of a part that nothing has adopted. Of one that was adopted nothing is left to remove:
/// its lease is gone.
pub(super) async fn remove(state: &AppState, blob_id: BlobId) {
    if let Err(error) = state.store.end_reservation(blob_id).await {
        tracing::warn!(%error, "a part of an upload is not removed yet; it is when its lease is over");
    }
}

fn lease(state: &AppState) -> Duration {
    state.limits.upload_idle + GRACE
}
