//! Requests that the server refuses before any handler sees them.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use dossier_service::server::Refusal;

use crate::problem::{Code, Problem};

/// Middleware: answers a refused request with a problem.
pub async fn answer_refusal(request: Request, next: Next) -> Response {
    match request.extensions().get::<Refusal>() {
        Some(refusal) => problem(*refusal).into_response(),
        None => next.run(request).await,
    }
}

fn problem(refusal: Refusal) -> Problem {
    let advice = refusal.advice();
    let problem = match refusal {
        Refusal::TargetTooLong => Problem::new(Code::UriTooLong, advice),
        Refusal::HeadTooLarge => Problem::new(Code::HeadersTooLarge, advice),
        Refusal::Busy => Problem::unavailable(advice),
        _ => Problem::new(Code::BadRequest, advice),
    };
    problem.closing_connection()
}
