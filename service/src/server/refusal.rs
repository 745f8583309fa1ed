//! Requests that no handler shall see.

use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Why a request is refused before any handler sees it. The request that a router gets carries it
/// in its extensions, and the router answers in its own shape; the connection ends after that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// It is not HTTP/1.1, or a line of its head is broken.
    Malformed,
    /// Its target has no form that belongs to its method.
    Target,
    /// It has no `Host`, more than one, or one that is no host.
    Host,
    /// It says in contradictory ways where its body ends.
    Framing,
    /// Its target is too long.
    TargetTooLong,
    /// Its head is too long, or has too many fields.
    HeadTooLarge,
    /// There are too many connections.
    Busy,
}

impl Refusal {
    /// The status to answer with.
    pub fn status(self) -> StatusCode {
        match self {
            Self::Malformed | Self::Target | Self::Host | Self::Framing => StatusCode::BAD_REQUEST,
            Self::TargetTooLong => StatusCode::URI_TOO_LONG,
            Self::HeadTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// What the client should do next.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Malformed => "The request is not valid HTTP/1.1. Please correct its first lines.",
            Self::Target => {
                "The target of a request is a path that begins with a slash, or a whole http address, without a fragment (#). Please correct it."
            }
            Self::Host => {
                "A request has exactly one Host header: a host name or an address, and a port if need be. Please correct it."
            }
            Self::Framing => {
                "The length of the body is contradictory. Please send either Content-Length, once, or Transfer-Encoding: chunked."
            }
            Self::TargetTooLong => "The address of the request is too long.",
            Self::HeadTooLarge => "Please send fewer or shorter header fields.",
            Self::Busy => {
                "There are too many connections right now. Please try again in a few seconds."
            }
        }
    }
}

/// Middleware: answers refused requests in plain text.
pub async fn answer_refusal(request: Request, next: Next) -> Response {
    let Some(refusal) = request.extensions().get::<Refusal>().copied() else {
        return next.run(request).await;
    };
    let mut response = (refusal.status(), refusal.advice()).into_response();
    if refusal == Refusal::Busy {
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
    }
    response
}
