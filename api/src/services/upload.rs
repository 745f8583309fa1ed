//! Uploads: bytes first, then one transaction.

mod claim;
mod digest;
mod first;
mod idempotency_key;
mod multipart;
mod once;
mod refusal;
mod room;

pub use idempotency_key::IdempotencyKey;
pub use once::{Uploaded, keep_answer, upload_once};

use axum::extract::Request;
use dossier_common::audit::Act;
use dossier_common::digest::Sha256;
use dossier_common::email::EmailAddress;
use dossier_common::file::{File, FileState};
use dossier_common::file_name::FileName;
use dossier_common::id::{BlobId, FileId, JobId, UserId};
use dossier_common::store::blobs::StoredBlob;
use dossier_common::store::idempotency::{IDEMPOTENCY_TTL, IdempotencyRecord};
use dossier_common::store::{Conflict, StoreError};

use self::first::{fingerprint, first_file_meanwhile};
use self::multipart::Incoming;
use self::refusal::stored;
use self::room::Room;
use crate::extract::Caller;
use crate::problem::{Code, Fails, Problem};
use crate::state::AppState;

/// An upload whose bytes are stored.
#[derive(Debug)]
pub struct Upload {
    name: FileName,
    recipients: Option<Vec<EmailAddress>>,
    blob: StoredBlob,
    room: Room,
}

/// Stores the bytes of a multipart upload of `owner` while they arrive, as far as there is room for them.
///
/// # Errors
///
/// [`Problem`]; nothing is left of the bytes then, and of the room that was reserved for them.
pub async fn receive_upload(
    state: &AppState,
    owner: UserId,
    request: Request,
) -> Result<Upload, Problem> {
    let incoming = Incoming::open(state, request).await?;
    let blob_id = BlobId::generate(&state.entropy, state.clock.now());
    multipart::receive(state, incoming, (owner, blob_id)).await
}

/// Writes the document, enqueues its inspection, and remembers the upload under the id `key`. Where that is known, it is
/// the document that the first request made.
///
/// # Errors
///
/// [`Problem`] when the key was used for another upload, or the session ended while the bytes
/// arrived; nothing is left of them then.
pub async fn accept_upload(
    state: &AppState,
    caller: &Caller,
    upload: Upload,
    key: Option<Sha256>,
) -> Result<File, Problem> {
    let owner = caller.user_id;
    if let Err(problem) = caller.still_signed_in(state).await {
        upload.room.give_up().await;
        return Err(problem);
    }
    let file = new_file(state, owner, &upload);
    let record = key.map(|id| idempotency_record(id, &file, &upload));
    let (size_bytes, room) = (upload.blob.size_bytes, upload.room);
    let entry = state.audit.entry(Act::Upload, &caller.origin);
    let entry = entry.by(owner, caller.role).about(file.id);
    let added = state
        .store
        .transaction("add an upload", |tx| {
            let (file, record, entry) = (file.clone(), record.clone(), entry.clone());
            Box::pin(async move {
                tx.keep_reservation(file.blob_id, size_bytes).await?;
                if let Some(record) = &record {
                    tx.insert_idempotency_record(record).await?;
                }
                tx.insert_file(&file).await?;
                tx.record(entry).await
            })
        })
        .await;
    let Err(error) = added else {
        room.settle(file.size_bytes).await;
        return Ok(file);
    };
    // Whether a failed commit took place may be unknown; the bytes stay if it did.
    room.give_up().await;
    match (error, record) {
        (StoreError::Conflict(Conflict::IdempotencyKey), Some(record)) => {
            first_file_meanwhile(state, caller, &record).await
        }
        (error, _) => Err(stored(error)),
    }
}

fn new_file(state: &AppState, owner: UserId, upload: &Upload) -> File {
    let now = state.clock.now();
    let recipients = upload
        .recipients
        .as_ref()
        .map(|addresses| addresses.iter().map(EmailAddress::key).collect());
    File {
        id: FileId::generate(&state.entropy, now),
        owner_id: owner,
        name: upload.name.clone(),
        size_bytes: i64::try_from(upload.blob.size_bytes).unwrap_or(i64::MAX),
        sha256: upload.blob.sha256,
        blob_id: upload.blob.id,
        state: FileState::Received,
        kind: None,
        rejection: None,
        inspection: None,
        revalidation: None,
        recipients,
        job_id: JobId::generate(&state.entropy, now),
        created_at: now,
        validated_at: None,
    }
}

fn idempotency_record(id: Sha256, file: &File, upload: &Upload) -> IdempotencyRecord {
    let recipients = upload.recipients.as_deref();
    IdempotencyRecord {
        id,
        fingerprint: fingerprint(&upload.name, upload.blob.sha256, recipients),
        file_id: file.id,
        answer: None,
        expire_at: file.created_at.saturating_add_duration(IDEMPOTENCY_TTL),
    }
}

/// What [`receive_upload`] can fail in.
#[derive(Clone, Copy, Debug)]
pub struct ReceiveUpload;

impl Fails for ReceiveUpload {
    fn codes() -> Vec<Code> {
        vec![
            Code::DigestMismatch,
            Code::RequestTimeout,
            Code::PayloadTooLarge,
            Code::UnsupportedMediaType,
            Code::InvalidFields,
            Code::QuotaExceeded,
            Code::StorageFull,
        ]
    }
}

/// What [`accept_upload`] can fail in.
#[derive(Clone, Copy, Debug)]
pub struct AcceptUpload;

impl Fails for AcceptUpload {
    fn codes() -> Vec<Code> {
        vec![
            Code::NotFound,
            Code::Conflict,
            Code::IdempotencyMismatch,
            Code::StorageFull,
        ]
    }
}
