//! `DELETE /v1/files/{id}`

use axum::extract::State;
use axum::http::StatusCode;
use dossier_common::audit::Act;
use dossier_common::id::FileId;

use crate::extract::{NoQuery, PathId, Staff};
use crate::problem::{Problem, Problems};
use crate::state::AppState;
use crate::wire::FileIdText;

/// Take a document back
///
/// Clients do not see it from the next request on, its links are revoked, and downloads under way break off within
/// 5 seconds. It can be restored for a while; then its bytes are removed. Taking it back twice changes nothing.
#[utoipa::path(
    delete, path = "/v1/files/{id}", tag = "files", security(("bearer" = [])),
    params(("id" = inline(FileIdText), Path, description = "Which document")),
    responses(
        (status = 204, description = "The document is withdrawn"),
        Problems<(Staff, NoQuery, PathId<FileId>)>,
    ),
)]
pub async fn withdraw_file(
    State(state): State<AppState>,
    Staff(caller): Staff,
    NoQuery: NoQuery,
    PathId(id): PathId<FileId>,
) -> Result<StatusCode, Problem> {
    let scope = caller.file_scope(&state).await?;
    let file = state.store.find_file(id, &scope).await?;
    let file = file.ok_or_else(Problem::not_found)?;
    let entry = caller.entry(&state.audit, Act::WithdrawFile).about(file.id);
    let withdrawing = state.store.withdraw_file(file.id, caller.user_id, entry);
    if withdrawing.await? {
        tracing::info!(by = %caller.user_id, file = %file.id, "a document was withdrawn");
    }
    Ok(StatusCode::NO_CONTENT)
}
