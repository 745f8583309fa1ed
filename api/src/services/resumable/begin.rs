//! Beginning an upload: its room is reserved before its bytes are sent.

use dossier_common::id::{BlobId, UploadId};
use dossier_common::upload::ResumableUpload;

use super::metadata::Metadata;
use super::refused::Refused;
use crate::extract::Caller;
use crate::problem::{Code, Fails, Problem};
use crate::services::upload::{Room, stored};
use crate::state::AppState;

/// How many uploads that are not finished one person may have.
const MAX_OPEN: u64 = 100;

/// What is said of an upload when it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUpload {
    /// How many bytes it will have.
    pub length: u64,
    /// `Upload-Metadata`, as it was sent.
    pub metadata: String,
}

/// What [`begin_upload`] can fail in.
#[derive(Clone, Copy, Debug)]
pub struct BeginUpload;

impl Fails for BeginUpload {
    fn codes() -> Vec<Code> {
        vec![
            Code::NotFound,
            Code::PayloadTooLarge,
            Code::InvalidFields,
            Code::QuotaExceeded,
            Code::StorageFull,
        ]
    }
}

/// Begins an upload of the caller. Its room is reserved until it expires.
///
/// # Errors
///
/// [`Refused`] when it is too long, its metadata is not good, or there is no room.
pub async fn begin_upload(
    state: &AppState,
    caller: &Caller,
    new: NewUpload,
) -> Result<ResumableUpload, Refused> {
    let now = state.clock.now();
    let metadata = Metadata::parse(&new.metadata, now)?;
    metadata.audience.stored(state).await?;
    let limit = state.limits.upload_bytes;
    if new.length > limit {
        let detail = format!("A document is at most {limit} bytes long.");
        return Err(Refused::new(Code::PayloadTooLarge, detail));
    }
    let owner = caller.user_id;
    if state.store.count_open_uploads(owner).await? >= MAX_OPEN {
        return Err(too_many());
    }
    let upload = ResumableUpload {
        id: UploadId::generate(&state.entropy, now),
        owner_id: owner,
        room: BlobId::generate(&state.entropy, now),
        length_bytes: i64::try_from(new.length).unwrap_or(i64::MAX),
        offset_bytes: 0,
        metadata: new.metadata,
        parts: Vec::new(),
        writer: None,
        completing_until: None,
        file_id: None,
        created_at: now,
        // The server's clock says when.
        expires_at: now,
        forget_at: None,
    };
    let room = Room::reserve(state, (owner, upload.room), Some(new.length), 0).await?;
    let kept_for = state.limits.upload_expiry;
    let added = state.store.transaction("begin a resumable upload", |tx| {
        let upload = upload.clone();
        Box::pin(async move { tx.insert_upload(&upload, kept_for).await })
    });
    if let Err(error) = added.await {
        room.give_up().await;
        return Err(stored(error).into());
    }
    let begun = state.store.find_upload(upload.id, owner).await?;
    begun.ok_or_else(|| Problem::not_found().into())
}

fn too_many() -> Refused {
    let detail = format!(
        "You have {MAX_OPEN} uploads that are not finished. Please end some of them (DELETE), or finish them."
    );
    Refused::new(Code::QuotaExceeded, detail)
}
