//! Uploads: bytes first, then one transaction.

mod claim;
mod digest;
mod fields;
mod first;
mod idempotency_key;
mod multipart;
mod once;
mod pace;
mod pieces;
mod raw;
mod refusal;
mod replace;
mod room;

pub use idempotency_key::IdempotencyKey;
pub use once::{Uploaded, keep_answer, upload_once};
pub use replace::{ReplaceContent, replace_by_form, replace_content};

use axum::extract::Request;
use dossier_common::audit::{Act, AuditEntry};
use dossier_common::digest::Sha256;
use dossier_common::file::{File, FileState};
use dossier_common::file_name::FileName;
use dossier_common::id::{BlobId, FileId, JobId, UserId};
use dossier_common::store::blobs::StoredBlob;
use dossier_common::store::idempotency::{IDEMPOTENCY_TTL, IdempotencyRecord};
use dossier_common::store::{Conflict, StoreError, Tx};

use self::fields::Fields;
pub(super) use self::fields::Said;
pub use self::fields::{Entered, UploadFields, recipients_in};
use self::first::{fingerprint, first_file_meanwhile};
use self::multipart::Incoming;
pub(super) use self::pace::Pace;
pub(super) use self::refusal::stored;
pub(super) use self::room::Room;
use crate::extract::Caller;
use crate::problem::{Code, Fails, Problem};
use crate::state::AppState;

/// An upload whose bytes are stored.
#[derive(Debug)]
pub struct Upload {
    name: FileName,
    said: Said,
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
    fields: UploadFields,
    request: Request,
) -> Result<Upload, Problem> {
    let mut fields = Fields::of(fields, state.clock.now());
    receive(state, owner, &mut fields, request).await
}

/// The same of the console's form; also what was entered, whatever became of it.
pub async fn receive_page_upload(
    state: &AppState,
    owner: UserId,
    request: Request,
) -> (Result<Upload, Problem>, Entered) {
    let mut fields = Fields::of(UploadFields::Page, state.clock.now());
    let received = receive(state, owner, &mut fields, request).await;
    (received, fields.entered())
}

async fn receive(
    state: &AppState,
    owner: UserId,
    fields: &mut Fields,
    request: Request,
) -> Result<Upload, Problem> {
    let incoming = Incoming::open(state, request).await?;
    let blob_id = BlobId::generate(&state.entropy, state.clock.now());
    multipart::receive(state, incoming, fields, (owner, blob_id)).await
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
    let file = new_file(state, owner, &upload.name, &upload.said, &upload.blob);
    let record = key.map(|id| idempotency_record(id, &file, &upload.said));
    let room = upload.room;
    let entry = state.audit.entry(Act::Upload, &caller.origin);
    let entry = entry.by(owner, caller.role).about(file.id);
    let added = state
        .store
        .transaction("add an upload", |tx| {
            let (file, record, entry) = (file.clone(), record.clone(), entry.clone());
            Box::pin(async move {
                if let Some(record) = &record {
                    tx.insert_idempotency_record(record).await?;
                }
                add_document(tx, &file, file.blob_id, entry).await
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

/// Everything that is written when there is a document, whichever way its bytes arrived: its room, which is
/// reserved under `room`, is kept, it is added with its job, and `entry` is recorded.
pub(super) async fn add_document(
    tx: &mut Tx<'_>,
    file: &File,
    room: BlobId,
    entry: AuditEntry,
) -> Result<(), StoreError> {
    let size_bytes = u64::try_from(file.size_bytes).unwrap_or(0);
    tx.keep_reservation(room, size_bytes).await?;
    tx.insert_file(file).await?;
    tx.record(entry).await
}

/// A document of `owner` as it is before anybody has looked inside.
pub(super) fn new_file(
    state: &AppState,
    owner: UserId,
    name: &FileName,
    said: &Said,
    blob: &StoredBlob,
) -> File {
    let now = state.clock.now();
    File {
        id: FileId::generate(&state.entropy, now),
        owner_id: owner,
        name: name.clone(),
        size_bytes: i64::try_from(blob.size_bytes).unwrap_or(i64::MAX),
        sha256: blob.sha256,
        blob_id: blob.id,
        state: FileState::Received,
        kind: None,
        rejection: None,
        inspection: None,
        revalidation: None,
        recipients: said.recipients.clone(),
        version: 0,
        expires_at: said.expires_at,
        job_id: JobId::generate(&state.entropy, now),
        created_at: now,
        validated_at: None,
        withdrawn: None,
        earlier: Vec::new(),
        replacement: None,
        bytes_removed_at: None,
    }
}

fn idempotency_record(id: Sha256, file: &File, said: &Said) -> IdempotencyRecord {
    IdempotencyRecord {
        id,
        fingerprint: fingerprint(&file.name, file.sha256, said),
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
            Code::InvalidFields,
            Code::IdempotencyMismatch,
            Code::StorageFull,
        ]
    }
}
