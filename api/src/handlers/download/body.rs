//! The bytes of a download.

use axum::body::{Body, Bytes};
use dossier_common::store::StoreError;
use dossier_common::store::blobs::ByteRange;
use futures_util::{Stream, stream};
use tokio::sync::mpsc;

use super::Document;
use crate::download_watch::{DownloadGuard, RunningDownload};
use crate::problem::Problem;
use crate::state::AppState;

/// Why a download breaks off: its client gets fewer bytes than it was promised.
#[derive(Debug, thiserror::Error)]
enum BrokenOff {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("its document, link or session has ended")]
    Ended,
}

/// The bytes of `range`. The first piece is read before anything is promised, so that a failure
/// of the store is an error and not a broken-off download.
pub(super) async fn stream_range(
    state: &AppState,
    document: &Document,
    range: ByteRange,
) -> Result<Body, Problem> {
    if range.is_empty() {
        return Ok(Body::empty());
    }
    let mut pieces = state
        .store
        .read_blob(document.file.blob_id, document.size_bytes)
        .stream(range);
    let first = pieces.recv().await.ok_or_else(Problem::internal)??;
    let guard = state.downloads.register(RunningDownload {
        link_id: document.link_id,
        file_id: document.file.id,
        sha256: document.file.sha256,
        session_id: document.caller.session_id,
    });
    Ok(Body::from_stream(chain(first, Rest { pieces, guard })))
}

/// What is still to come.
struct Rest {
    pieces: mpsc::Receiver<Result<Bytes, StoreError>>,
    guard: DownloadGuard,
}

impl Rest {
    /// The next piece; nothing after the last one.
    async fn next(&mut self) -> Option<Result<Bytes, BrokenOff>> {
        tokio::select! {
            // First, so that no piece follows.
            biased;
            () = self.guard.ended() => Some(Err(BrokenOff::Ended)),
            piece = self.pieces.recv() => piece.map(|piece| piece.map_err(BrokenOff::from)),
        }
    }
}

fn chain(first: Bytes, rest: Rest) -> impl Stream<Item = Result<Bytes, BrokenOff>> {
    stream::unfold((Some(first), Some(rest)), |(first, rest)| async move {
        if let Some(first) = first {
            return Some((Ok(first), (None, rest)));
        }
        let mut rest = rest?;
        let piece = rest.next().await?;
        match &piece {
            Ok(_) => {}
            Err(BrokenOff::Ended) => tracing::info!("a download broke off: {}", BrokenOff::Ended),
            Err(error) => tracing::error!(%error, "a download broke off"),
        }
        let rest = piece.is_ok().then_some(rest);
        Some((piece, (None, rest)))
    })
}
