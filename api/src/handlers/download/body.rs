//! The bytes of a download.

use axum::body::{Body, Bytes};
use dossier_common::store::StoreError;
use dossier_common::store::blobs::ByteRange;
use futures_util::{Stream, stream};
use tokio::sync::mpsc;

use super::Document;
use crate::problem::Problem;
use crate::state::AppState;

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
    Ok(Body::from_stream(chain(first, pieces)))
}

fn chain(
    first: Bytes,
    rest: mpsc::Receiver<Result<Bytes, StoreError>>,
) -> impl Stream<Item = Result<Bytes, StoreError>> {
    stream::unfold((Some(first), rest), |(first, mut rest)| async move {
        match first {
            Some(first) => Some((Ok(first), (None, rest))),
            None => {
                let piece = rest.recv().await?;
                if let Err(error) = &piece {
                    tracing::error!(%error, "a download broke off");
                }
                Some((piece, (None, rest)))
            }
        }
    })
}
