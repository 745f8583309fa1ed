//! `POST /v1/admin/queues/{name}/resume`

use axum::extract::State;

use crate::extract::{Admin, NoQuery, PathId};
use crate::problem::{Problem, Problems};
use crate::services::{QueueChange, change_queue};
use crate::state::AppState;
use crate::wire::{QueueNameText, QueueResponse};

/// Resume a queue
///
/// Workers take its jobs again. Doing it twice changes nothing. A queue that is parked resumes by itself.
#[utoipa::path(
    post, path = "/v1/admin/queues/{name}/resume", tag = "administration", security(("bearer" = [])),
    params(("name" = inline(QueueNameText), Path, description = "Which")),
    responses(
        (status = 200, description = "The queue", body = QueueResponse),
        Problems<(Admin, NoQuery, PathId<String>)>,
    ),
)]
pub async fn resume_queue(
    State(state): State<AppState>,
    Admin(caller): Admin,
    NoQuery: NoQuery,
    PathId(name): PathId<String>,
) -> Result<axum::Json<QueueResponse>, Problem> {
    let queue = change_queue(&state, &caller, &name, QueueChange::Resume).await?;
    Ok(axum::Json(queue.into()))
}
