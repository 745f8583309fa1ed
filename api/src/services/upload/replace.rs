//! New bytes of a document that there is: bytes first, then one transaction.

use axum::extract::Request;
use dossier_common::audit::Act;
use dossier_common::file::{File, Replacement};
use dossier_common::id::{BlobId, JobId};
use dossier_common::store::blobs::StoredBlob;
use dossier_common::store::replacements::Replaced;

use super::digest::{check_digest, expected_digest};
use super::multipart::receive_document;
use super::raw;
use super::refusal::stored;
use super::room::Room;
use crate::extract::Caller;
use crate::problem::{Code, Fails, Problem};
use crate::state::AppState;

/// Stores the body of `request` as what is to become of `file`, and enqueues its inspection.
///
/// # Errors
///
/// [`Problem`]; nothing is left of the bytes then.
pub async fn replace_content(
    state: &AppState,
    caller: &Caller,
    file: &File,
    request: Request,
) -> Result<(), Problem> {
    let expected = expected_digest(request.headers())?;
    ensure_replaceable(state, file)?;
    let blob_id = BlobId::generate(&state.entropy, state.clock.now());
    let (blob, room) = raw::receive(state, request, (file.owner_id, blob_id)).await?;
    let checked = match check_digest(expected, blob.sha256) {
        Ok(()) => caller.still_signed_in(state).await,
        wrong => wrong,
    };
    record(state, caller, file, (blob, room), checked).await
}

/// The same with the document of a multipart form, in its only field `file`.
///
/// # Errors
///
/// [`Problem`]; nothing is left of the bytes then.
pub async fn replace_by_form(
    state: &AppState,
    caller: &Caller,
    file: &File,
    request: Request,
) -> Result<(), Problem> {
    ensure_replaceable(state, file)?;
    let blob_id = BlobId::generate(&state.entropy, state.clock.now());
    let received = receive_document(state, request, (file.owner_id, blob_id)).await?;
    let checked = caller.still_signed_in(state).await;
    record(state, caller, file, received, checked).await
}

/// Whether new bytes of `file` are worth reading.
fn ensure_replaceable(state: &AppState, file: &File) -> Result<(), Problem> {
    if file.withdrawn.is_some() {
        return Err(refused(Replaced::Withdrawn));
    }
    if file.has_expired(state.clock.now()) {
        return Err(refused(Replaced::Expired));
    }
    Ok(())
}

/// Records the bytes that were received, provided that they were `checked`.
async fn record(
    state: &AppState,
    caller: &Caller,
    file: &File,
    (blob, room): (StoredBlob, Room),
    checked: Result<(), Problem>,
) -> Result<(), Problem> {
    if let Err(problem) = checked {
        room.give_up().await;
        return Err(problem);
    }
    let replacement = replacement(state, file, &blob);
    let entry = caller.entry(&state.audit, Act::ReplaceFile).about(file.id);
    let replacing = state.store.replace_file(file.id, &replacement, entry);
    match replacing.await {
        Ok(Replaced::Received) => {
            room.settle(replacement.size_bytes).await;
            Ok(())
        }
        Ok(refusal) => {
            room.give_up().await;
            Err(refused(refusal))
        }
        Err(error) => {
            // Whether a failed commit took place may be unknown; the bytes stay if it did.
            room.give_up().await;
            Err(stored(error))
        }
    }
}

fn replacement(state: &AppState, file: &File, blob: &StoredBlob) -> Replacement {
    let now = state.clock.now();
    Replacement {
        blob_id: blob.id,
        sha256: blob.sha256,
        size_bytes: i64::try_from(blob.size_bytes).unwrap_or(i64::MAX),
        name: file.name.clone(),
        job_id: JobId::generate(&state.entropy, now),
        created_at: now,
        rejection: None,
        rejected_at: None,
        bytes_removed_at: None,
    }
}

fn refused(refusal: Replaced) -> Problem {
    match refusal {
        Replaced::Withdrawn => {
            let detail = "The document is withdrawn. Please restore it first.";
            Problem::new(Code::Conflict, detail)
        }
        Replaced::Expired => {
            let detail =
                "The document has expired. Please give it more time first (PATCH /v1/files/{id}).";
            Problem::new(Code::Conflict, detail)
        }
        Replaced::TooMany => {
            let detail = "The document has as many earlier versions as it may have. Please upload a new one.";
            Problem::new(Code::Conflict, detail)
        }
        Replaced::Received | Replaced::Unknown => Problem::not_found(),
    }
}

/// What [`replace_content`] can fail in.
#[derive(Clone, Copy, Debug)]
pub struct ReplaceContent;

impl Fails for ReplaceContent {
    fn codes() -> Vec<Code> {
        vec![
            Code::NotFound,
            Code::Conflict,
            Code::DigestMismatch,
            Code::RequestTimeout,
            Code::PayloadTooLarge,
            Code::UnsupportedMediaType,
            Code::QuotaExceeded,
            Code::StorageFull,
        ]
    }
}
