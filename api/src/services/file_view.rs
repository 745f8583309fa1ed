//! Documents as a caller sees them.

use dossier_common::file::File;
use dossier_common::store::StoreError;
use dossier_common::store::files::FileView;

use crate::extract::Caller;
use crate::state::AppState;
use crate::wire::FileResponse;

/// `files` as `caller` sees them, in the same order.
///
/// # Errors
///
/// [`StoreError`].
pub async fn file_views(
    state: &AppState,
    caller: &Caller,
    files: Vec<File>,
) -> Result<Vec<FileResponse>, StoreError> {
    if !caller.sees_processing() {
        let views = files.into_iter().map(|file| FileView {
            file,
            job: None,
            replacement_job: None,
        });
        return Ok(views.map(|view| FileResponse::for_client(&view)).collect());
    }
    let views = state.store.with_jobs(files).await?;
    Ok(views.into_iter().map(FileResponse::for_owner).collect())
}
