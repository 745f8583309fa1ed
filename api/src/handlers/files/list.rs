//! `GET /v1/files`

use axum::extract::State;
use dossier_common::id::FileId;

use super::show::views_for;
use crate::extract::{PageRequest, SignedIn, seal_cursor};
use crate::problem::Problem;
use crate::state::AppState;
use crate::wire::FilePage;

/// The list's name in its cursors.
const LIST: &str = "files";

/// List documents, newest first
///
/// Ops see their own, clients those that are available and meant for them.
#[utoipa::path(
    get, path = "/v1/files", tag = "files",
    params(
        ("limit" = Option<u32>, Query, description = "How many, 1 to 200; 50 unless said", minimum = 1, maximum = 200),
        ("cursor" = Option<String>, Query, description = "The `next_cursor` of the page before"),
    ),
    responses((status = 200, description = "A page of documents", body = FilePage)),
)]
pub async fn list_files(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    page: PageRequest,
) -> Result<axum::Json<FilePage>, Problem> {
    let after: Option<FileId> = page.after(&state, LIST, caller.user_id)?;
    let limit = i64::from(page.limit);
    let scope = caller.file_scope();
    let mut files = state.store.list_files(&scope, after, limit + 1).await?;
    let more = files.len() > page.limit as usize;
    files.truncate(page.limit as usize);
    let last = files
        .last()
        .filter(|_| more)
        .map(|file| file.id.to_string());
    Ok(axum::Json(FilePage {
        items: views_for(&state, &caller, files).await?,
        next_cursor: last.map(|last| seal_cursor(&state, LIST, caller.user_id, last)),
    }))
}
