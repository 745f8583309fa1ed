//! Links as their client sees them.

use dossier_common::id::FileId;
use dossier_common::link::{Link, LinkState};

use crate::extract::Caller;
use crate::problem::Problem;
use crate::state::AppState;

/// Shows `links` to their client: as revoked where the document is not for the client any more, or not at the moment,
/// for then they deliver nothing.
///
/// # Errors
///
/// [`Problem`] when the documents cannot be read.
pub async fn show_to_client(
    state: &AppState,
    caller: &Caller,
    links: &mut [Link],
) -> Result<(), Problem> {
    let scope = caller.file_scope(state).await?;
    let files: Vec<FileId> = links.iter().map(|link| link.file_id).collect();
    let visible = state.store.visible_files(&files, &scope).await?;
    for link in links {
        if !visible.contains(&link.file_id) {
            link.state = LinkState::Revoked;
            link.token = None;
        }
    }
    Ok(())
}
