//! `GET /v1/admin/queues/{name}`

use axum::extract::State;

use crate::extract::{Admin, NoQuery, PathId};
use crate::problem::{Problem, Problems};
use crate::services::find_queue;
use crate::state::AppState;
use crate::wire::{QueueNameText, QueueResponse};

/// Show a queue
///
/// As the list does.
#[utoipa::path(
    get, path = "/v1/admin/queues/{name}", tag = "administration", security(("bearer" = [])),
    params(("name" = inline(QueueNameText), Path, description = "Which")),
    responses(
        (status = 200, description = "The queue", body = QueueResponse),
        Problems<(Admin, NoQuery, PathId<String>)>,
    ),
)]
pub async fn show_queue(
    State(state): State<AppState>,
    Admin(_admin): Admin,
    NoQuery: NoQuery,
    PathId(name): PathId<String>,
) -> Result<axum::Json<QueueResponse>, Problem> {
    let queue = find_queue(&state, &name).await?;
    Ok(axum::Json(queue.into()))
}
