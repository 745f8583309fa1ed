//! Reading a document that is the body itself, piece by piece.

use axum::body::{BodyDataStream, Bytes};
use axum::extract::Request;
use dossier_common::id::{BlobId, UserId};
use dossier_common::store::blobs::StoredBlob;
use futures_util::StreamExt;

use super::multipart::declared_length;
use super::pace::Pace;
use super::pieces::{self, Pieces};
use super::refusal::document_too_large;
use super::room::Room;
use crate::extract::media_type;
use crate::problem::{Code, Problem};
use crate::state::AppState;

/// Stores the body of `request`, as far as there is room for it; nothing is left of it on failure.
pub(super) async fn receive(
    state: &AppState,
    request: Request,
    (owner, blob_id): (UserId, BlobId),
) -> Result<(StoredBlob, Room), Problem> {
    let is_plain = media_type(request.headers())
        .is_some_and(|it| it.essence_str() == mime::APPLICATION_OCTET_STREAM.essence_str());
    if !is_plain {
        let detail =
            "Please send the document as the body, with Content-Type: application/octet-stream.";
        return Err(Problem::new(Code::UnsupportedMediaType, detail));
    }
    let declared = declared_length(&request);
    if declared > Some(state.limits.upload_bytes) {
        return Err(document_too_large(state.limits.upload_bytes));
    }
    let mut room = Room::reserve(state, (owner, blob_id), declared, 0).await?;
    let raw = Raw {
        body: request.into_body().into_data_stream(),
        pace: Pace::begin(&state.limits),
        arrived: 0,
    };
    match pieces::store(state, raw, (blob_id, &mut room)).await {
        Ok(blob) => Ok((blob, room)),
        Err(problem) => {
            room.give_up().await;
            Err(problem)
        }
    }
}

/// The body of a request, and how slow it may be.
struct Raw {
    body: BodyDataStream,
    pace: Pace,
    arrived: u64,
}

impl Pieces for Raw {
    async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        let piece = self.pace.wait(self.arrived, self.body.next()).await?;
        let piece = piece.transpose().map_err(|_| broken_off())?;
        self.arrived += piece.as_ref().map_or(0, |piece| piece.len() as u64);
        Ok(piece)
    }
}

fn broken_off() -> Problem {
    let detail = "The body broke off. Please send it again.";
    Problem::new(Code::BadRequest, detail)
}
