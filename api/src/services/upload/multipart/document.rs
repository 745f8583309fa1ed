//! A form that has a document and nothing else.

use axum::extract::Request;
use dossier_common::id::{BlobId, UserId};
use dossier_common::store::blobs::StoredBlob;

use super::super::pieces;
use super::super::room::Room;
use super::check_head;
use super::form::{Form, OVERHEAD_BYTES};
use crate::extract::shown;
use crate::problem::Problem;
use crate::state::AppState;

/// Stores the document in the form of `request` under `blob_id`, as far as there is room for it; nothing is left of it
/// on failure.
///
/// # Errors
///
/// [`Problem`] when the form has no document, or something else.
pub(in crate::services::upload) async fn receive_document(
    state: &AppState,
    request: Request,
    (owner, blob_id): (UserId, BlobId),
) -> Result<(StoredBlob, Room), Problem> {
    let declared = check_head(state, &request)?;
    let mut form = Form::open(state, request).await?;
    let mut room = Room::reserve(state, (owner, blob_id), declared, OVERHEAD_BYTES).await?;
    match read(state, &mut form, (blob_id, &mut room)).await {
        Ok(blob) => Ok((blob, room)),
        Err(problem) => {
            room.give_up().await;
            Err(problem)
        }
    }
}

async fn read(
    state: &AppState,
    form: &mut Form,
    (blob_id, room): (BlobId, &mut Room),
) -> Result<StoredBlob, Problem> {
    let mut stored = None;
    while let Some(field) = form.next_part().await? {
        match field.name() {
            Some("file") if stored.is_none() => {
                stored = Some(pieces::store(state, field, (blob_id, &mut *room)).await?);
            }
            Some("file") => {
                let rule = "must be there once: a document is replaced by one";
                return Err(Problem::invalid_field("file", rule).closing_connection());
            }
            other => {
                let name = shown(other.unwrap_or_default());
                let rule = "is no field of this form, which has `file` alone";
                return Err(Problem::invalid_field(name, rule).closing_connection());
            }
        }
    }
    let missing = || Problem::invalid_field("file", "is required: the document to upload");
    stored.ok_or_else(missing)
}
