//! `POST /v1/files/{id}/restore`

use axum::extract::State;
use dossier_common::audit::Act;
use dossier_common::id::FileId;
use dossier_common::store::withdrawals::Restored;

use super::show::view_for;
use crate::extract::{NoQuery, PathId, Staff};
use crate::problem::{Code, Fails, Problem, Problems};
use crate::state::AppState;
use crate::wire::{FileIdText, FileResponse};

/// What bringing a document back can fail in.
#[derive(Clone, Copy, Debug)]
pub struct Restore;

impl Fails for Restore {
    fn codes() -> Vec<Code> {
        vec![Code::Conflict]
    }
}

/// Bring a withdrawn document back
///
/// Possible until `withdrawn.restorable_until`. Its links stay revoked. A document that was not withdrawn stays as it
/// is.
#[utoipa::path(
    post, path = "/v1/files/{id}/restore", tag = "files", security(("bearer" = [])),
    params(("id" = inline(FileIdText), Path, description = "Which document")),
    responses(
        (status = 200, description = "The document, which is there again", body = FileResponse),
        Problems<(Staff, NoQuery, PathId<FileId>, Restore)>,
    ),
)]
pub async fn restore_file(
    State(state): State<AppState>,
    Staff(caller): Staff,
    NoQuery: NoQuery,
    PathId(id): PathId<FileId>,
) -> Result<axum::Json<FileResponse>, Problem> {
    let scope = caller.file_scope(&state).await?;
    let file = state.store.find_file(id, &scope).await?;
    let file = file.ok_or_else(Problem::not_found)?;
    let entry = caller.entry(&state.audit, Act::RestoreFile).about(file.id);
    match state.store.restore_file(file.id, entry).await? {
        Restored::There => {}
        Restored::Unknown => return Err(Problem::not_found()),
        Restored::TooLate => {
            let detail =
                "The time in which the document could be restored is over. Please upload it again.";
            return Err(Problem::new(Code::Conflict, detail));
        }
    }
    let file = state.store.find_file(id, &scope).await?;
    let file = file.ok_or_else(Problem::not_found)?;
    view_for(&state, &caller, file).await.map(axum::Json)
}
