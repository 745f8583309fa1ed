//! One log line, one span and two figures per request.

use axum::body::HttpBody;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use dossier_common::network::Network;
use dossier_common::trace::{Span, SpanKind};
use metrics::{counter, histogram};
use tokio::time::Instant;

use crate::request_id::RequestId;
use crate::request_record::RequestRecord;
use crate::trace_context;

/// Middleware: tells of the request by its route, never by its address, which may hold a token. What
/// comes below belongs to its span, which continues the caller's trace.
pub async fn observe(mut request: Request, next: Next) -> Response {
    let mut seen = Seen::of(&request);
    let span = seen.begin_span(&request);
    let extensions = request.extensions_mut();
    extensions.insert(seen.record.clone());
    extensions.insert(span.context().clone());
    let response = next.run(request).await;
    seen.is_answered = true;
    seen.count(&response);
    seen.log(Some(&response));
    seen.end_span(&response, span);
    response
}

/// What is known of a request before it is handled, and what is found out about it then. One that is
/// dropped before it was answered is logged, too: its client went away.
struct Seen {
    started: Instant,
    method: &'static str,
    route: String,
    request_id: Option<RequestId>,
    network: Option<Network>,
    request_bytes: Option<u64>,
    record: RequestRecord,
    trace_id: String,
    is_answered: bool,
}

impl Drop for Seen {
    fn drop(&mut self) {
        if !self.is_answered {
            self.log(None);
        }
    }
}

impl Seen {
    fn of(request: &Request) -> Self {
        let extensions = request.extensions();
        let route = extensions.get::<MatchedPath>();
        Self {
            started: Instant::now(),
            method: known_method(request.method()),
            route: route.map_or("(none)", MatchedPath::as_str).to_owned(),
            request_id: extensions.get::<RequestId>().cloned(),
            network: extensions.get::<Network>().copied(),
            request_bytes: length(request.headers()),
            record: RequestRecord::default(),
            trace_id: String::new(),
            is_answered: false,
        }
    }

    fn request_id(&self) -> Option<&str> {
        self.request_id.as_ref().map(RequestId::as_str)
    }

    fn begin_span(&mut self, request: &Request) -> Span {
        let parent = trace_context::sent_with(request.headers());
        let name = format!("{} {}", self.method, self.route);
        let mut span = Span::begin(SpanKind::Server, name, parent.as_ref());
        self.trace_id = span.context().trace_id();
        if span.is_recorded() {
            span.set("http.request.method", self.method);
            span.set("http.route", self.route.clone());
            if let Some(id) = self.request_id() {
                span.set("dossier.request_id", id.to_owned());
            }
            if let Some(bytes) = self.request_bytes {
                span.set("http.request.body.size", signed(bytes));
            }
        }
        span
    }

    fn count(&self, response: &Response) {
        let seconds = self.started.elapsed().as_secs_f64();
        let labels = [
            ("method", self.method.to_owned()),
            ("route", self.route.clone()),
            ("status", response.status().as_u16().to_string()),
        ];
        counter!("dossier_http_requests_total", &labels).increment(1);
        histogram!("dossier_http_request_seconds", "route" => self.route.clone()).record(seconds);
    }

    fn log(&self, response: Option<&Response>) {
        let (method, route) = (self.method, &*self.route);
        let status = response.map(|response| response.status().as_u16());
        let says = match status {
            Some(status) => format!("{method} {route} answered {status}"),
            None => format!("{method} {route} is not answered: its client went away"),
        };
        let user_id = self.record.caller().map(|(user, _)| user);
        tracing::info!(
            method,
            route,
            status,
            duration_ms = self.started.elapsed().as_secs_f64() * 1000.0,
            request_bytes = self.request_bytes,
            response_bytes = response.and_then(answered_bytes),
            user_id = user_id.map(tracing::field::display),
            session = self.record.session(),
            network = self.network.map(tracing::field::display),
            request_id = self.request_id(),
            trace_id = self.trace_id,
            "{says}"
        );
    }

    fn end_span(&self, response: &Response, mut span: Span) {
        let status = response.status();
        if span.is_recorded() {
            span.set("http.response.status_code", i64::from(status.as_u16()));
            if let Some(bytes) = answered_bytes(response) {
                span.set("http.response.body.size", signed(bytes));
            }
            if let Some((user, role)) = self.record.caller() {
                span.set("user.id", user.to_string());
                span.set("dossier.user.role", role.as_str());
            }
        }
        match status.is_server_error() {
            true => span.fail(status.as_str().to_owned()),
            false => span.succeed(),
        }
    }
}

/// How long the body is, as its sender says.
fn length(headers: &HeaderMap) -> Option<u64> {
    let length = headers.get(header::CONTENT_LENGTH)?;
    length.to_str().ok()?.parse().ok()
}

/// How long the answer's body is, where that is known before it is sent.
fn answered_bytes(response: &Response) -> Option<u64> {
    let told = length(response.headers());
    told.or_else(|| response.body().size_hint().exact())
}

fn signed(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
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
