//! Reading a document that is the body itself, piece by piece.

use axum::body::{Body, BodyDataStream};
use axum::extract::Request;
use dossier_common::id::{BlobId, UserId};
use dossier_common::store::blobs::{BlobWriter, StoredBlob};
use futures_util::StreamExt;

use super::multipart::{declared_length, document_too_large};
use super::pace::Pace;
use super::refusal::stored;
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
    match store_body(state, request.into_body(), (blob_id, &mut room)).await {
        Ok(blob) => Ok((blob, room)),
        Err(problem) => {
            room.give_up().await;
            Err(problem)
        }
    }
}

async fn store_body(
    state: &AppState,
    body: Body,
    (blob_id, room): (BlobId, &mut Room),
) -> Result<StoredBlob, Problem> {
    let writer = state.store.write_blob(blob_id);
    match write_pieces(state, body.into_data_stream(), room, &writer).await {
        Ok(()) => writer.finish().await.map_err(stored),
        Err(problem) => {
            writer.discard().await;
            Err(problem)
        }
    }
}

async fn write_pieces(
    state: &AppState,
    mut pieces: BodyDataStream,
    room: &mut Room,
    writer: &BlobWriter,
) -> Result<(), Problem> {
    let (mut size_bytes, mut pace) = (0_u64, Pace::begin(&state.limits));
    loop {
        let piece = match pace.wait(size_bytes, pieces.next()).await? {
            None => return Ok(()),
            Some(Ok(piece)) => piece,
            Some(Err(_)) => return Err(broken_off()),
        };
        size_bytes += piece.len() as u64;
        if size_bytes > state.limits.upload_bytes {
            return Err(document_too_large(state.limits.upload_bytes));
        }
        room.make(size_bytes).await?;
        if !writer.write(piece).await {
            // Why, is told when it is finished.
            return Ok(());
        }
    }
}

fn broken_off() -> Problem {
    let detail = "The body broke off. Please send it again.";
    Problem::new(Code::BadRequest, detail)
}
