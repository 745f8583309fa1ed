//! `GET /v1/files/{id}/why`

use axum::extract::State;
use dossier_common::id::FileId;
use dossier_common::story::Why;
use dossier_common::user::Role;

use crate::extract::{NoQuery, PathId, SignedIn};
use crate::problem::{Problem, Problems};
use crate::state::AppState;
use crate::wire::{FileIdText, WhyResponse};

/// Explain why a document is not there yet
///
/// Its state, its job, the queue and who takes its jobs, in fields and in a sentence, and what to do. Clients see documents
/// that are available, and so a short form.
#[utoipa::path(
    get, path = "/v1/files/{id}/why", tag = "files", security(("bearer" = [])),
    params(("id" = inline(FileIdText), Path, description = "Which document")),
    responses(
        (status = 200, description = "Why it is not there yet, or that it is", body = WhyResponse),
        Problems<(SignedIn, NoQuery, PathId<FileId>)>,
    ),
)]
pub async fn explain_file(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    NoQuery: NoQuery,
    PathId(id): PathId<FileId>,
) -> Result<axum::Json<WhyResponse>, Problem> {
    let scope = caller.file_scope(&state).await?;
    let file = state.store.find_file(id, &scope).await?;
    let file = file.ok_or_else(Problem::not_found)?;
    let why = Why::of(&state.store, file, state.clock.now()).await?;
    Ok(axum::Json(match caller.role {
        Role::Client => WhyResponse::for_client(why),
        Role::Ops => WhyResponse::for_owner(why),
        Role::Admin => WhyResponse::for_admin(why),
    }))
}
