//! Putting the parts of an upload together, as one blob with its digest.

use std::time::Duration;

use bytes::Bytes;
use dossier_common::store::StoreError;
use dossier_common::store::blobs::{ByteRange, StoredBlob};
use dossier_common::upload::{ResumableUpload, UploadPart};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::part::{Part, remove};
use super::refused::Refused;
use crate::problem::Problem;
use crate::state::AppState;

/// How long others wait for a process that puts an upload together, and is not heard of.
pub(super) const LEASE: Duration = Duration::from_secs(60);

/// How often it tells that it goes on.
const RENEW_EVERY: Duration = Duration::from_secs(20);

/// Writes the parts of `upload` one after another into one blob, for `writer`.
pub(super) async fn assemble(
    state: &AppState,
    upload: &ResumableUpload,
    writer: &str,
) -> Result<StoredBlob, Refused> {
    let mut whole = Part::begin(state, upload.owner_id).await?;
    if let Err(refused) = copy(state, upload, writer, &mut whole).await {
        whole.discard(state).await;
        return Err(refused);
    }
    let blob = whole.finish(state).await?;
    if blob.size_bytes != upload.length() {
        tracing::error!(upload = %upload.id, "the parts of an upload are not as long as it is");
        remove(state, blob.id).await;
        return Err(Problem::internal().into());
    }
    Ok(blob)
}

async fn copy(
    state: &AppState,
    upload: &ResumableUpload,
    writer: &str,
    whole: &mut Part,
) -> Result<(), Refused> {
    let mut renewed_at = Instant::now();
    for part in &upload.parts {
        let mut pieces = read(state, part);
        while let Some(piece) = pieces.recv().await {
            if !whole.write(state, piece?).await? {
                // Why, is told when it is finished.
                return Ok(());
            }
            if renewed_at.elapsed() >= RENEW_EVERY {
                let renewed = state.store.renew_completion(upload.id, writer, LEASE);
                if !renewed.await? {
                    return Err(Refused::superseded());
                }
                renewed_at = Instant::now();
            }
        }
    }
    Ok(())
}

fn read(state: &AppState, part: &UploadPart) -> mpsc::Receiver<Result<Bytes, StoreError>> {
    let size = part.size();
    let all = ByteRange {
        start: 0,
        end: size,
    };
    state.store.read_blob(part.blob_id, size).stream(all)
}
