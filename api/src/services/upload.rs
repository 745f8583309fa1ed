//! Uploads: bytes first, then one transaction.

mod multipart;
mod raw;
mod refusal;
mod replace;
mod room;

pub use replace::{ReplaceContent, replace_content};

use axum::extract::Request;
use dossier_common::audit::Act;
use dossier_common::digest::Sha256;
use dossier_common::email::EmailAddress;
use dossier_common::file::{File, FileState};
use dossier_common::file_name::FileName;
use dossier_common::id::{BlobId, FileId, JobId, UserId};
use dossier_common::store::blobs::StoredBlob;
use dossier_common::store::files::FileScope;
use dossier_common::store::idempotency::{IDEMPOTENCY_TTL, IdempotencyRecord};
use dossier_common::store::{Conflict, StoreError};
use mongodb::bson::DateTime;

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

/// A client's name for a request, so that sending it twice does it once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    const MAX_CHARS: usize = 255;

    /// Reads the `Idempotency-Key` of a request, bare or as a quoted string.
    ///
    /// # Errors
    ///
    /// [`Problem`] when it is empty, too long or not plain text.
    pub fn read(headers: &axum::http::HeaderMap) -> Result<Option<Self>, Problem> {
        let Some(value) = headers.get("idempotency-key") else {
            return Ok(None);
        };
        let text = value.to_str().unwrap_or_default().trim().trim_matches('"');
        if text.is_empty() || text.len() > Self::MAX_CHARS {
            let detail = "Idempotency-Key must be 1 to 255 plain characters.";
            return Err(Problem::new(Code::BadRequest, detail));
        }
        Ok(Some(Self(text.to_owned())))
    }
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
    let expected = expected_digest(request.headers())?;
    let blob_id = BlobId::generate(&state.entropy, state.clock.now());
    let upload = multipart::receive(state, request, (owner, blob_id)).await?;
    match expected {
        Some(expected) if expected != upload.blob.sha256 => {
            upload.room.give_up().await;
            let detail = "The bytes that arrived are not the ones Repr-Digest speaks of. Please send them again.";
            Err(Problem::new(Code::DigestMismatch, detail))
        }
        _ => Ok(upload),
    }
}

/// Writes the document and enqueues its inspection. Under a known `key` the answer is the
/// document that the first request made.
///
/// # Errors
///
/// [`Problem`] when the key was used for another upload, or the session ended while the bytes
/// arrived; nothing is left of them then.
pub async fn accept_upload(
    state: &AppState,
    caller: &Caller,
    upload: Upload,
    key: Option<IdempotencyKey>,
) -> Result<File, Problem> {
    let owner = caller.user_id;
    if let Err(problem) = caller.still_signed_in(state).await {
        upload.room.give_up().await;
        return Err(problem);
    }
    let file = new_file(state, owner, &upload);
    let (size_bytes, room) = (upload.blob.size_bytes, upload.room);
    let record = key.map(|key| idempotency_record(&file, &key, file.created_at));
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
            first_answer(state, owner, &record).await
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
        expires_at: None,
        withdrawn: None,
        earlier: Vec::new(),
        replacement: None,
        bytes_removed_at: None,
    }
}

fn idempotency_record(file: &File, key: &IdempotencyKey, now: DateTime) -> IdempotencyRecord {
    let recipients = file.recipients.as_deref().unwrap_or_default().join(",");
    let asked = format!("{}\n{}\n{recipients}", file.sha256, file.name.as_str());
    IdempotencyRecord {
        id: IdempotencyRecord::id_of(file.owner_id, "POST /v1/files", &key.0),
        fingerprint: Sha256::of(asked.as_bytes()),
        file_id: file.id,
        expire_at: now.saturating_add_duration(IDEMPOTENCY_TTL),
    }
}

async fn first_answer(
    state: &AppState,
    owner: UserId,
    record: &IdempotencyRecord,
) -> Result<File, Problem> {
    let first = state.store.find_idempotency_record(record.id).await?;
    let Some(first) = first else {
        let detail = "A request with this Idempotency-Key is just ending. Please send it again.";
        return Err(Problem::new(Code::Conflict, detail));
    };
    if first.fingerprint != record.fingerprint {
        let detail = "Please send a new Idempotency-Key with another upload.";
        return Err(Problem::new(Code::IdempotencyMismatch, detail));
    }
    let scope = FileScope::OwnedBy(owner);
    let file = state.store.find_file(first.file_id, &scope).await?;
    file.ok_or_else(Problem::not_found)
}

fn expected_digest(headers: &axum::http::HeaderMap) -> Result<Option<Sha256>, Problem> {
    let Some(value) = headers.get("repr-digest") else {
        return Ok(None);
    };
    let digest = value.to_str().ok().and_then(Sha256::from_repr_digest);
    let detail = "Repr-Digest must have a sha-256 member, such as sha-256=:…: (RFC 9530).";
    digest
        .map(Some)
        .ok_or_else(|| Problem::new(Code::BadRequest, detail))
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
