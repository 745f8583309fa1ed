//! `GET /v1/admin/failures`

use axum::extract::State;
use dossier_common::operations::cohorts;

use crate::extract::{Admin, QueueParameters, QueueQuery};
use crate::problem::{Problem, Problems};
use crate::state::AppState;
use crate::wire::CohortList;

/// List groups of dead jobs that failed alike
///
/// By their queue and their error, without what differs from job to job; the largest first.
#[utoipa::path(
    get, path = "/v1/admin/failures", tag = "administration", security(("bearer" = [])),
    params(QueueParameters),
    responses(
        (status = 200, description = "All groups", body = CohortList),
        Problems<(Admin, QueueQuery)>,
    ),
)]
pub async fn list_failures(
    State(state): State<AppState>,
    Admin(_admin): Admin,
    QueueQuery(queue): QueueQuery,
) -> Result<axum::Json<CohortList>, Problem> {
    let cohorts = cohorts(&state.store, queue.as_deref()).await?;
    let items = cohorts.into_iter().map(Into::into).collect();
    Ok(axum::Json(CohortList { items }))
}
