//! `POST /v1/admin/operations`

use axum::extract::State;

use crate::extract::{Admin, Json, NoQuery};
use crate::problem::{Problem, Problems};
use crate::services::{Operate, Operated, operate, order};
use crate::state::AppState;
use crate::wire::{OperationRequest, OperationResponse, PlanResponse, UriReference};

/// Do something to many jobs
///
/// `ids` names them, or `filter` describes them. With `dry_run` they are only counted. Otherwise this server
/// goes on with it after the answer: at once or spread over `over_seconds`, until too much fails. Look at it at the
/// address in `Location`. Jobs that the verb does not fit in their state are left alone. Where no job is left to be
/// changed nothing begins, and the answer is that of a dry run, with `matched` 0. A server carries out
/// four operations at once, and refuses another one meanwhile.
#[utoipa::path(
    post, path = "/v1/admin/operations", tag = "administration", security(("bearer" = [])),
    request_body = OperationRequest,
    responses(
        (status = 200, description = "What would be done", body = PlanResponse),
        (
            status = 202, description = "It is being done", body = OperationResponse,
            headers(("Location" = inline(UriReference), description = "Where to look at it")),
        ),
        Problems<(Admin, NoQuery, Json<OperationRequest>, Operate)>,
    ),
)]
pub async fn begin_operation(
    State(state): State<AppState>,
    Admin(caller): Admin,
    NoQuery: NoQuery,
    Json(request): Json<OperationRequest>,
) -> Result<Operated, Problem> {
    let dry_run = request.dry_run;
    let order = order(&state, &caller, request).await?;
    operate(&state, order, dry_run).await
}
