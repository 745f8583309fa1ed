//! `GET /v1/admin/operations`

use axum::extract::State;
use dossier_common::id::OperationId;

use crate::extract::{Admin, PageQuery, PageRequest};
use crate::problem::{Problem, Problems};
use crate::state::AppState;
use crate::wire::{OperationPage, OperationResponse};

/// The list's name in its cursors.
const LIST: &str = "operations";

/// List what was done to jobs, newest first
///
/// By admins and on the command line, to many jobs or to one.
#[utoipa::path(
    get, path = "/v1/admin/operations", tag = "administration", security(("bearer" = [])),
    params(PageQuery),
    responses(
        (status = 200, description = "A page of operations", body = OperationPage),
        Problems<(Admin, PageRequest)>,
    ),
)]
pub async fn list_operations(
    State(state): State<AppState>,
    Admin(caller): Admin,
    page: PageRequest,
) -> Result<axum::Json<OperationPage>, Problem> {
    let page = page.of(LIST, caller.user_id);
    let after: Option<OperationId> = page.after(&state)?;
    let operations = state.store.list_operations(after, page.read_limit());
    let mut operations = operations.await?;
    let next_cursor = page.cut(&state, &mut operations, |operation| {
        operation.id.to_string()
    });
    let now = state.store.server_time().await?;
    let operations = operations.into_iter();
    let items = operations.map(|operation| OperationResponse::of(operation, now));
    let items = items.collect();
    Ok(axum::Json(OperationPage { items, next_cursor }))
}
