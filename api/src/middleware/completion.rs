//! Handlers run to their end.

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use dossier_common::queue::Cause;
use dossier_common::trace::TraceContext;

use crate::problem::Problem;
use crate::request_id::RequestId;

/// Middleware: runs the handler in a task of its own.
///
/// The server drops a handler when its client disconnects; a dropped handler would drop database
/// calls half-way, which the MongoDB driver does not allow. It also makes a panic one request's
/// problem. Jobs that it enqueues name the request, and belong to its trace.
pub async fn run_to_completion(request: Request, next: Next) -> Response {
    let trace = request.extensions().get::<TraceContext>().cloned();
    let trace = trace.unwrap_or_else(TraceContext::begin);
    let handling = cause(&request).scope(next.run(request));
    match tokio::spawn(trace.scope(handling)).await {
        Ok(response) => response,
        Err(error) => Problem::from(error).into_response(),
    }
}

/// The request as the cause of jobs: by its route, never by its address, which may hold a token.
fn cause(request: &Request) -> Cause {
    let extensions = request.extensions();
    let id = extensions.get::<RequestId>().map(RequestId::as_str);
    let route = extensions.get::<MatchedPath>();
    let route = route.map_or("(none)", MatchedPath::as_str);
    Cause::of_request(id, format!("{} {route}", request.method()))
}
