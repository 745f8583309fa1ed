//! One log line and two figures per request.

use axum::extract::{MatchedPath, Request};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use dossier_common::network::Network;
use metrics::{counter, histogram};
use tokio::time::Instant;

use crate::request_id::RequestId;
use crate::request_record::RequestRecord;

/// Middleware: logs the request by its route, never by its address, which may hold a token.
pub async fn observe(mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = known_method(request.method());
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "(none)".to_owned(), |path| path.as_str().to_owned());
    let request_id = request.extensions().get::<RequestId>().cloned();
    let network = request.extensions().get::<Network>().copied();
    let record = RequestRecord::default();
    request.extensions_mut().insert(record.clone());
    let response = next.run(request).await;
    let (status, seconds) = (response.status().as_u16(), started.elapsed().as_secs_f64());
    let labels = [
        ("method", method.to_owned()),
        ("route", route.clone()),
        ("status", status.to_string()),
    ];
    counter!("dossier_http_requests_total", &labels).increment(1);
    histogram!("dossier_http_request_seconds", "route" => route.clone()).record(seconds);
    let request_id = request_id.as_ref().map(RequestId::as_str);
    let network = network.map(tracing::field::display);
    let user = record
        .caller()
        .map(|(user, _)| tracing::field::display(user));
    let milliseconds = seconds * 1000.0;
    tracing::info!(
        request_id,
        network,
        user,
        status,
        milliseconds,
        "{method} {route} answered {status}"
    );
    response
}

/// The method's name when it is one of HTTP's own: a client can invent any number of others, and
/// every label stays in memory for good.
fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}
