//! Answers about resumable uploads name the protocol.

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;

use crate::extract::TUS_VERSION;

/// Middleware: adds `Tus-Resumable`, to refusals as well (tus 1.0.0, core protocol).
pub async fn say_tus_version(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let version = HeaderValue::from_static(TUS_VERSION);
    response.headers_mut().insert("tus-resumable", version);
    response
}
