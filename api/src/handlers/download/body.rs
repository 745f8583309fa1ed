//! The bytes of a download.

use axum::body::{Body, Bytes};
use dossier_common::store::StoreError;
use dossier_common::store::blobs::ByteRange;
use dossier_common::store::running_downloads::RunningDownload;
use futures_util::stream;
use tokio::sync::mpsc;

use super::Document;
use crate::download_watch::DownloadGuard;
use crate::problem::Problem;
use crate::services::{BrokenOff, RunningResponse, begin_download};
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
    let (caller, link, file) = (&document.caller, &document.link, &document.file);
    let response = begin_download(state, caller, link, file, range).await?;
    // What a client lost of an unlimited download it asks for once more: nobody has to know.
    let fate = document.fate.clone();
    let mut response = response.on(fate.filter(|_| link.max_downloads.is_some()));
    let mut pieces = state
        .store
        .read_blob(file.blob_id, document.size_bytes)
        .stream(range);
    let rest = pieces.recv().await.ok_or_else(Problem::internal)??;
    let is_all = link.max_downloads.is_none() && rest.len() as u64 == range.len();
    if is_all && response.admit(rest.len()).await.map_err(refused)? == rest.len() {
        // Nothing is sent meanwhile: what cannot be recorded is an error, too.
        response.count(rest.len()).await.map_err(refused)?;
        return Ok(Body::from(rest));
    }
    let guard = state.downloads.register(RunningDownload {
        link_id: link.id,
        file_id: file.id,
        sha256: file.sha256,
        session_id: caller.session_id,
        email_key: caller.email_key.clone(),
    });
    let sending = Sending {
        response,
        rest,
        pieces,
        guard,
    };
    Ok(Body::from_stream(stream::unfold(sending, Sending::next)))
}

fn refused(error: BrokenOff) -> Problem {
    match error {
        BrokenOff::Store(error) => error.into(),
        BrokenOff::UsedUp | BrokenOff::Ended => Problem::not_found(),
    }
}

/// A body under way.
struct Sending {
    response: RunningResponse,
    /// What was read and not handed over yet.
    rest: Bytes,
    pieces: mpsc::Receiver<Result<Bytes, StoreError>>,
    /// That the download is under way, and may go on.
    guard: DownloadGuard,
}

impl Sending {
    async fn next(mut self) -> Option<(Result<Bytes, BrokenOff>, Self)> {
        match self.next_piece().await {
            Ok(piece) => piece.map(|piece| (Ok(piece), self)),
            Err(error) => {
                match &error {
                    BrokenOff::Store(error) => tracing::error!(%error, "a download broke off"),
                    BrokenOff::Ended => tracing::info!("a download broke off: {error}"),
                    BrokenOff::UsedUp => {}
                }
                Some((Err(error), self))
            }
        }
    }

    /// The next bytes that may be handed over; none when all were.
    async fn next_piece(&mut self) -> Result<Option<Bytes>, BrokenOff> {
        if self.rest.is_empty() {
            let piece = tokio::select! {
                // First, so that no piece follows.
                biased;
                () = self.guard.ended() => return Err(BrokenOff::Ended),
                piece = self.pieces.recv() => piece,
            };
            let Some(piece) = piece else {
                return Ok(None);
            };
            self.rest = piece?;
        }
        let length = self.response.admit(self.rest.len()).await?;
        let piece = self.rest.split_to(length);
        self.response.count(length).await?;
        Ok(Some(piece))
    }
}
