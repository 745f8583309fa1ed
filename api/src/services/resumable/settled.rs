//! Where an upload is, once what has arrived of it is stored.

use std::time::Duration;

use dossier_common::id::UploadId;
use dossier_common::pauses::Patience;
use dossier_common::upload::ResumableUpload;

use super::refused::Refused;
use crate::extract::Caller;
use crate::problem::Problem;
use crate::state::AppState;

/// How a request waits for another one that stores what has arrived. The limit is longer than one whose connection is
/// silent waits before it does so.
const PATIENCE: Patience = Patience {
    shortest: Duration::from_millis(5),
    longest: Duration::from_millis(100),
    limit: Duration::from_secs(2),
};

/// The upload of the caller. While another request goes on with it, this one waits for bytes that arrived to count: a
/// client whose connection broke would else send them again, and take the upload away from the request that stores them.
/// It waits two seconds at most, for that request may go on, or its process may have died.
///
/// # Errors
///
/// [`Refused`] when there is no such upload.
pub async fn settled_upload(
    state: &AppState,
    caller: &Caller,
    id: UploadId,
) -> Result<ResumableUpload, Refused> {
    let mut pauses = PATIENCE.begin();
    let mut first = None;
    loop {
        let found = state.store.find_upload(id, caller.user_id).await?;
        let upload = found.ok_or_else(Problem::not_found)?;
        let moved = *first.get_or_insert(upload.offset()) != upload.offset();
        if moved || upload.writer.is_none() || upload.is_whole() || !pauses.pause().await {
            return Ok(upload);
        }
    }
}
