//! `POST /v1/admin/queues/{name}/pause`

use axum::extract::State;

use crate::extract::{Admin, NoQuery, PathId};
use crate::problem::{Problem, Problems};
use crate::services::{QueueChange, change_queue};
use crate::state::AppState;
use crate::wire::{QueueNameText, QueueResponse};

/// Pause a queue
///
/// No worker takes its jobs from then on, within two seconds; those that they have are finished. Jobs are still
/// enqueued. Doing it twice changes nothing.
#[utoipa::path(
    post, path = "/v1/admin/queues/{name}/pause", tag = "administration", security(("bearer" = [])),
    params(("name" = inline(QueueNameText), Path, description = "Which")),
    responses(
        (status = 200, description = "The queue", body = QueueResponse),
        Problems<(Admin, NoQuery, PathId<String>)>,
    ),
)]
pub async fn pause_queue(
    State(state): State<AppState>,
    Admin(caller): Admin,
    NoQuery: NoQuery,
    PathId(name): PathId<String>,
) -> Result<axum::Json<QueueResponse>, Problem> {
    let queue = change_queue(&state, &caller, &name, QueueChange::Pause).await?;
    Ok(axum::Json(queue.into()))
}
