//! The bytes of a document as they arrive, whichever way: stored, or only digested.

use axum::body::Bytes;
use dossier_common::digest::RunningSha256;
use dossier_common::id::BlobId;
use dossier_common::store::blobs::{BlobWriter, StoredBlob};

use super::refusal::{document_too_large, stored};
use super::room::Room;
use crate::problem::Problem;
use crate::state::AppState;

/// What brings the bytes of a document.
pub(super) trait Pieces {
    /// The next ones; none at the end.
    ///
    /// # Errors
    ///
    /// [`Problem`] when they cannot be read, or do not come in time.
    fn next(&mut self) -> impl Future<Output = Result<Option<Bytes>, Problem>> + Send;
}

/// Stores them under `blob_id`, each after there is room for it; nothing is left of them on failure.
///
/// # Errors
///
/// [`Problem`] when they are too many, cannot be had, or cannot be stored.
pub(super) async fn store(
    state: &AppState,
    mut pieces: impl Pieces,
    (blob_id, room): (BlobId, &mut Room),
) -> Result<StoredBlob, Problem> {
    let writer = state.store.write_blob(blob_id);
    match write(state, &mut pieces, room, &writer).await {
        Ok(()) => writer.finish().await.map_err(stored),
        Err(problem) => {
            writer.discard().await;
            Err(problem)
        }
    }
}

/// Digests them, and stores nothing.
///
/// # Errors
///
/// [`Problem`] when they are too many or cannot be had.
pub(super) async fn digest(
    state: &AppState,
    mut pieces: impl Pieces,
    id: BlobId,
) -> Result<StoredBlob, Problem> {
    let (mut size_bytes, mut digest) = (0, RunningSha256::default());
    while let Some(piece) = next(state, &mut pieces, &mut size_bytes).await? {
        digest.update(&piece);
    }
    Ok(StoredBlob {
        id,
        size_bytes,
        sha256: digest.finish(),
    })
}

async fn write(
    state: &AppState,
    pieces: &mut impl Pieces,
    room: &mut Room,
    writer: &BlobWriter,
) -> Result<(), Problem> {
    let mut size_bytes = 0;
    while let Some(piece) = next(state, pieces, &mut size_bytes).await? {
        room.make(size_bytes).await?;
        if !writer.write(piece).await {
            // Why, is told when it is finished.
            break;
        }
    }
    Ok(())
}

/// The next piece, as long as the document is not too long with it.
async fn next(
    state: &AppState,
    pieces: &mut impl Pieces,
    size_bytes: &mut u64,
) -> Result<Option<Bytes>, Problem> {
    let piece = pieces.next().await?;
    *size_bytes += piece.as_ref().map_or(0, |piece| piece.len() as u64);
    if *size_bytes > state.limits.upload_bytes {
        return Err(document_too_large(state.limits.upload_bytes));
    }
    Ok(piece)
}
