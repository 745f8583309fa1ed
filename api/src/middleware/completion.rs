//! Handlers run to their end.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::problem::Problem;

/// Middleware: runs the handler in a task of its own.
///
/// The server drops a handler when its client disconnects; a dropped handler would drop database
/// calls half-way, which the MongoDB driver does not allow. It also makes a panic one request's
/// problem.
pub async fn run_to_completion(request: Request, next: Next) -> Response {
    match tokio::spawn(next.run(request)).await {
        Ok(response) => response,
        Err(error) => Problem::from(error).into_response(),
    }
}
