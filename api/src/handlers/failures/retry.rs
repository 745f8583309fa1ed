//! `POST /v1/admin/failures/{id}/retry`

use axum::extract::State;
use dossier_common::operations::{Order, Verb, find_cohort};

use crate::extract::{Admin, NoQuery, OptionalJson, PathId};
use crate::problem::{Problem, Problems};
use crate::services::{Operate, Operated, initiator, operate, with_options};
use crate::state::AppState;
use crate::wire::{CohortIdText, OperationOptions, OperationResponse, PlanResponse, UriReference};

/// Run the dead jobs of a group again
///
/// Remove first what killed them. It is an operation as `POST /v1/admin/operations` begins one, with the same
/// options; they are optional.
#[utoipa::path(
    post, path = "/v1/admin/failures/{id}/retry", tag = "administration", security(("bearer" = [])),
    params(("id" = inline(CohortIdText), Path, description = "Which group")),
    request_body(content = Option<OperationOptions>, content_type = "application/json"),
    responses(
        (status = 200, description = "What would be done", body = PlanResponse),
        (
            status = 202, description = "It is being done", body = OperationResponse,
            headers(("Location" = inline(UriReference), description = "Where to look at it")),
        ),
        Problems<(Admin, NoQuery, PathId<String>, OptionalJson<OperationOptions>, Operate)>,
    ),
)]
pub async fn retry_failures(
    State(state): State<AppState>,
    Admin(caller): Admin,
    NoQuery: NoQuery,
    PathId(id): PathId<String>,
    OptionalJson(options): OptionalJson<OperationOptions>,
) -> Result<Operated, Problem> {
    let options = options.unwrap_or_default();
    let cohort = find_cohort(&state.store, &id).await?;
    let order = Order::new(Verb::Retry, cohort.filter(), initiator(&caller));
    let words = format!("dead jobs of {} with: {}", cohort.queue, cohort.error);
    let order = with_options(order.in_words(words), options)?;
    operate(&state, order, options.dry_run).await
}
