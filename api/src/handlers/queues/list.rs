//! `GET /v1/admin/queues`

use axum::extract::State;
use dossier_common::overview::QueueOverview;

use crate::extract::{Admin, NoQuery};
use crate::overview_feed::READ_LIMIT;
use crate::problem::{Problem, Problems};
use crate::state::AppState;
use crate::wire::QueueList;

/// List the queues
///
/// Whether workers take their jobs, how many there are and how long they wait, and what limits them. Counts are
/// some seconds old, or older where counting takes long.
#[utoipa::path(
    get, path = "/v1/admin/queues", tag = "administration", security(("bearer" = [])),
    responses(
        (status = 200, description = "All queues", body = QueueList),
        Problems<(Admin, NoQuery)>,
    ),
)]
pub async fn list_queues(
    State(state): State<AppState>,
    Admin(_admin): Admin,
    NoQuery: NoQuery,
) -> Result<axum::Json<QueueList>, Problem> {
    let queues = QueueOverview::gather_all(&state.store, READ_LIMIT).await?;
    let items = queues.into_iter().map(Into::into).collect();
    Ok(axum::Json(QueueList { items }))
}
