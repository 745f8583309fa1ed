//! Making the document of an upload that has arrived, once, whichever request does it.

use std::time::Duration;

use dossier_common::audit::Act;
use dossier_common::file_name::FileName;
use dossier_common::id::{FileId, UploadId};
use dossier_common::pauses::Patience;
use dossier_common::store::blobs::StoredBlob;
use dossier_common::upload::ResumableUpload;

use super::assemble::{LEASE, assemble};
use super::metadata::Metadata;
use super::part::remove;
use super::refused::Refused;
use crate::extract::Caller;
use crate::problem::{Code, Fails, Problem};
use crate::services::upload::{Room, Said, add_document, new_file};
use crate::state::AppState;

/// How a request waits for another one that makes the document.
const PATIENCE: Patience = Patience {
    shortest: Duration::from_millis(20),
    longest: Duration::from_millis(200),
    limit: Duration::from_secs(20),
};

/// What [`complete_upload`] can fail in.
#[derive(Clone, Copy, Debug)]
pub struct CompleteUpload;

impl Fails for CompleteUpload {
    fn codes() -> Vec<Code> {
        vec![
            Code::Unauthorized,
            Code::Forbidden,
            Code::NotFound,
            Code::Conflict,
            Code::Locked,
            Code::InvalidFields,
            Code::QuotaExceeded,
            Code::StorageFull,
        ]
    }
}

/// The document of an upload of the caller, all of whose bytes have arrived. It is made here unless it is
/// there already; a request that died while it made it does not stand in the way for longer than its lease.
///
/// # Errors
///
/// [`Refused`] when the caller may not upload any more, there is no room any more, or another request takes
/// longer to make the document than anybody waits. The bytes stay until the upload expires.
pub async fn complete_upload(
    state: &AppState,
    caller: &Caller,
    id: UploadId,
) -> Result<ResumableUpload, Refused> {
    let (store, owner) = (&state.store, caller.user_id);
    let mut pauses = PATIENCE.begin();
    let writer = state.entropy.ulid(state.clock.now()).to_string();
    loop {
        let taken = store.take_completion(id, owner, &writer, LEASE).await?;
        if let Some(upload) = taken {
            let made = make_document(state, caller, &upload, &writer).await;
            if made.is_err()
                && let Err(error) = store.release_completion(id, &writer).await
            {
                tracing::warn!(%error, "others can complete an upload when its lease is over");
            }
            made?;
        }
        let upload = store.find_upload(id, owner).await?;
        let upload = upload.ok_or_else(Problem::not_found)?;
        if upload.file_id.is_some() {
            return Ok(upload);
        }
        if !upload.is_whole() {
            return Err(Refused::not_at(upload.offset()));
        }
        if !pauses.pause().await {
            let detail =
                "The document is just being made of the upload. Please ask again in a few seconds.";
            return Err(Problem::locked(detail).into());
        }
    }
}

/// Puts the parts together and adds the document, if all that was true when the upload began still is.
async fn make_document(
    state: &AppState,
    caller: &Caller,
    upload: &ResumableUpload,
    writer: &str,
) -> Result<FileId, Refused> {
    let metadata = Metadata::parse(&upload.metadata, upload.created_at)?;
    let room = Room::again(state, (upload.owner_id, upload.room), upload.length()).await?;
    match assemble_and_add(state, caller, (upload, writer), &metadata).await {
        Ok(file) => {
            match state.store.remove_parts_of(upload.room).await {
                Ok(()) => room.settle(upload.length_bytes).await,
                Err(error) => tracing::warn!(
                    %error,
                    "the parts of an upload are not removed yet; they are when its lease is over"
                ),
            }
            Ok(file)
        }
        Err(refused) => {
            room.leave().await;
            Err(refused)
        }
    }
}

async fn assemble_and_add(
    state: &AppState,
    caller: &Caller,
    (upload, writer): (&ResumableUpload, &str),
    metadata: &Metadata,
) -> Result<FileId, Refused> {
    let said = Said {
        recipients: metadata.audience.clone().stored(state).await?,
        expires_at: metadata.expires_at,
    };
    let blob = match assemble(state, upload, writer).await {
        Ok(blob) => blob,
        Err(refused) => {
            // Its parts are removed when it is ended, also while they are read.
            let there = state.store.find_upload(upload.id, upload.owner_id).await?;
            return Err(there.map_or_else(|| Problem::not_found().into(), |_| refused));
        }
    };
    let added = async {
        // The bytes may have taken long to put together.
        may_still_upload(state, caller).await?;
        let about = (&metadata.name, &said, &blob);
        add(state, caller, (upload, writer), about).await
    };
    let added = added.await;
    if added.is_err() {
        // Whether a failed commit took place may be unknown; the bytes stay if it did.
        remove(state, blob.id).await;
    }
    added
}

async fn may_still_upload(state: &AppState, caller: &Caller) -> Result<(), Refused> {
    caller.still_signed_in(state).await?;
    if !caller.still_has_role(state).await? {
        return Err(Refused::new(Code::Forbidden, "Only Ops may do this."));
    }
    Ok(())
}

/// Adds the document, in the transaction that any upload ends in.
async fn add(
    state: &AppState,
    caller: &Caller,
    (upload, writer): (&ResumableUpload, &str),
    (name, said, blob): (&FileName, &Said, &StoredBlob),
) -> Result<FileId, Refused> {
    let file = new_file(state, upload.owner_id, name, said, blob);
    let entry = caller.entry(&state.audit, Act::Upload).about(file.id);
    let (room, kept_for) = (upload.room, state.limits.upload_expiry);
    let adding = state.store.transaction("complete an upload", |tx| {
        let (upload, writer) = (upload.clone(), writer.to_owned());
        let (file, entry) = (file.clone(), entry.clone());
        Box::pin(async move {
            let ids = (file.id, file.blob_id);
            add_document(tx, &file, room, entry).await?;
            tx.complete_upload(&upload, &writer, ids, kept_for).await
        })
    });
    adding.await?;
    Ok(file.id)
}
