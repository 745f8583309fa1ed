//! Requests are answered although their handlers cannot end: the database is lost, or the process ends.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::time::sleep;

use crate::problem::Problem;
use crate::state::AppState;

/// What a request gets to do that needs no database, or one that has just come back.
const LEAST_TIME: Duration = Duration::from_millis(500);

/// Middleware: answers 503 when the primary is lost while the handler waits for it, or the process is
/// about to end. The handler goes on, in its own task, until the driver gives up or the process ends.
pub async fn answer_unfinished(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let mut reachability = state.reachability.clone();
    let lost = async {
        sleep(LEAST_TIME).await;
        reachability.lost().await;
    };
    tokio::select! {
        biased;
        response = next.run(request) => response,
        () = lost => Problem::unavailable(
            "The database is not available right now. Whether the request was carried out is not known. Please try again in a few seconds.",
        ).into_response(),
        () = state.draining.giving_up() => Problem::unavailable(
            "This server is shutting down. Whether the request was carried out is not known. Please send it again in a few seconds.",
        ).closing_connection().into_response(),
    }
}
