//! Uploads that may be sent twice: under one idempotency key the first is carried out, and the same again gets the
//! answer of the first.

use axum::extract::Request;
use dossier_common::digest::Sha256;
use dossier_common::file::File;
use dossier_common::id::{BlobId, FileId};
use dossier_common::store::idempotency::IdempotencyRecord;

use super::claim::Claim;
use super::fields::{Fields, UploadFields};
use super::first::{check_same, fingerprint, first_file};
use super::idempotency_key::IdempotencyKey;
use super::multipart::Incoming;
use super::refusal::stored;
use super::{accept_upload, multipart};
use crate::extract::Caller;
use crate::problem::Problem;
use crate::state::AppState;
use crate::wire::FileResponse;

/// Which fields such an upload has.
const FIELDS: UploadFields = UploadFields::All;

/// What came of an upload.
#[derive(Debug)]
pub enum Uploaded {
    /// A document that nobody was told of yet, and under which id its [answer is kept](keep_answer).
    New {
        /// The document.
        file: Box<File>,
        /// The id, if the request had a key.
        key: Option<Sha256>,
    },
    /// It was there before.
    Again {
        /// Which document.
        file_id: FileId,
        /// The body of the first answer.
        answer: String,
    },
}

/// Carries an upload out, unless it was carried out under its key.
///
/// # Errors
///
/// [`Problem`]; nothing is left of the upload then, and the key can be used again.
pub async fn upload_once(
    state: &AppState,
    caller: &Caller,
    request: Request,
    key: Option<IdempotencyKey>,
) -> Result<Uploaded, Problem> {
    let incoming = Incoming::open(state, request).await?;
    let now = state.clock.now();
    let blob_id = BlobId::generate(&state.entropy, now);
    let Some(key) = key else {
        return upload(state, caller, (incoming, blob_id), None).await;
    };
    let id = key.id_for(caller.user_id);
    let first = state.store.find_idempotency_record(id, now).await;
    if let Some(first) = first.map_err(stored)? {
        return answer_again(state, caller, (incoming, blob_id), first).await;
    }
    let claim = Claim::take(state, id, blob_id).await?;
    let uploaded = upload(state, caller, (incoming, blob_id), Some(id)).await;
    claim.release().await;
    uploaded
}

async fn upload(
    state: &AppState,
    caller: &Caller,
    (incoming, blob_id): (Incoming, BlobId),
    key: Option<Sha256>,
) -> Result<Uploaded, Problem> {
    let mut fields = Fields::of(FIELDS, state.clock.now());
    let place = (caller.user_id, blob_id);
    let upload = multipart::receive(state, incoming, &mut fields, place).await?;
    let file = Box::new(accept_upload(state, caller, upload, key).await?);
    Ok(Uploaded::New { file, key })
}

/// Reads an upload only to compare it with the first one: it needs no room.
async fn answer_again(
    state: &AppState,
    caller: &Caller,
    (incoming, blob_id): (Incoming, BlobId),
    first: IdempotencyRecord,
) -> Result<Uploaded, Problem> {
    // What was to expire may have expired since: it was good when it was sent first.
    let fields = Fields::of(FIELDS, first.made_at());
    let (name, blob, said) = multipart::digest(state, incoming, fields, blob_id).await?;
    caller.still_signed_in(state).await?;
    let asked = fingerprint(&name, blob.sha256, &said);
    check_same(&first, asked)?;
    let file_id = first.file_id;
    if let Some(answer) = first.answer {
        return Ok(Uploaded::Again { file_id, answer });
    }
    let file = Box::new(first_file(state, caller, file_id).await?);
    let key = Some(first.id);
    Ok(Uploaded::New { file, key })
}

/// The body of the answer to an upload: `response`, unless somebody was told of the document before, and then the
/// same again.
///
/// # Errors
///
/// [`Problem`] when `response` cannot be written.
pub async fn keep_answer(
    state: &AppState,
    key: Option<Sha256>,
    response: &FileResponse,
) -> Result<String, Problem> {
    let answer = serde_json::to_string(response).map_err(|error| {
        tracing::error!(%error, "a document cannot be written as JSON");
        Problem::internal()
    })?;
    let Some(id) = key else {
        return Ok(answer);
    };
    match state.store.keep_answer(id, &answer).await {
        Ok(kept) => Ok(kept.unwrap_or(answer)),
        Err(error) => {
            tracing::warn!(%error, "an answer is not kept; the next one under its key may be another");
            Ok(answer)
        }
    }
}
