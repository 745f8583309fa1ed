//! `GET /v1/admin/workers`

use axum::extract::State;
use dossier_common::overview::WorkerOverview;

use crate::extract::{Admin, QueueParameters, QueueQuery};
use crate::overview_feed::READ_LIMIT;
use crate::problem::{Problem, Problems};
use crate::state::AppState;
use crate::wire::WorkerList;

/// List the workers
///
/// Whether they live, and what they run since when. One that is gone without a word is `dead` for some minutes, and
/// then forgotten; one that stopped in order is gone at once.
#[utoipa::path(
    get, path = "/v1/admin/workers", tag = "administration", security(("bearer" = [])),
    params(QueueParameters),
    responses(
        (status = 200, description = "All workers", body = WorkerList),
        Problems<(Admin, QueueQuery)>,
    ),
)]
pub async fn list_workers(
    State(state): State<AppState>,
    Admin(_admin): Admin,
    QueueQuery(queue): QueueQuery,
) -> Result<axum::Json<WorkerList>, Problem> {
    let workers = WorkerOverview::gather_all(&state.store, queue.as_deref(), READ_LIMIT).await?;
    let items = workers.into_iter().map(Into::into).collect();
    Ok(axum::Json(WorkerList { items }))
}
