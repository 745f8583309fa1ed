//! `GET /v1/files`

use axum::extract::State;
use dossier_common::id::FileId;

use super::show::views_for;
use crate::extract::{FileListQuery, FileListRequest, PageQuery, SignedIn};
use crate::problem::{Problem, Problems};
use crate::state::AppState;
use crate::wire::FilePage;

/// The list's name in its cursors.
const LIST: &str = "files";

/// List documents, newest first
///
/// Ops see their own, clients those that are available, meant for them or a group that they are in, and not expired.
/// Filters can be combined; a cursor goes on with whatever filters come with it.
#[utoipa::path(
    get, path = "/v1/files", tag = "files", security(("bearer" = [])),
    params(FileListQuery, PageQuery),
    responses(
        (status = 200, description = "A page of documents", body = FilePage),
        Problems<(SignedIn, FileListRequest)>,
    ),
)]
pub async fn list_files(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    request: FileListRequest,
) -> Result<axum::Json<FilePage>, Problem> {
    let page = request.page.of(LIST, caller.user_id);
    let after: Option<FileId> = page.after(&state)?;
    let scope = caller.file_scope(&state).await?;
    let (filter, limit) = (request.filter, page.read_limit());
    let listing = state.store.list_files(&scope, &filter, after, limit);
    let mut files = listing.await?;
    let next_cursor = page.cut(&state, &mut files, |file| file.id.to_string());
    Ok(axum::Json(FilePage {
        items: views_for(&state, &caller, files).await?,
        next_cursor,
    }))
}
