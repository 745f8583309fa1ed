//! Writing problem bodies.

use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::{Code, Problem, ProblemResponse};
use crate::request_id::RequestId;

/// Middleware: gives every error its problem body, also those that a library answered.
pub async fn render(request: Request, next: Next) -> Response {
    let request_id = request.extensions().get::<RequestId>().cloned();
    let has_credentials = request.headers().contains_key(header::AUTHORIZATION);
    let response = next.run(request).await;
    let own = response.extensions().get::<Problem>().cloned();
    let Some(problem) = own.or_else(|| foreign_problem(&response)) else {
        return response;
    };
    let mut response = write(&problem, request_id.as_ref(), response);
    if let Some(challenge) = challenge(problem.code, has_credentials) {
        let headers = response.headers_mut();
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

/// The problem behind an error response that no handler of ours made.
fn foreign_problem(response: &Response) -> Option<Problem> {
    let content_type = response.headers().get(header::CONTENT_TYPE);
    let is_page = content_type.is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    if is_page {
        return None;
    }
    let problem = match response.status() {
        StatusCode::NOT_FOUND => Problem::not_found(),
        StatusCode::METHOD_NOT_ALLOWED => Problem::new(
            Code::MethodNotAllowed,
            "This address does not take that method; see Allow.",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::new(Code::PayloadTooLarge, "Please send less.").closing_connection()
        }
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Problem::new(
            Code::UnsupportedMediaType,
            "Please send the media type that the API description names.",
        ),
        status if status.is_client_error() => {
            Problem::new(Code::BadRequest, "The request could not be understood.")
        }
        status if status.is_server_error() => Problem::internal(),
        _ => return None,
    };
    Some(problem)
}

fn write(problem: &Problem, request_id: Option<&RequestId>, original: Response) -> Response {
    let code = problem.code;
    let body = ProblemResponse {
        r#type: format!("/docs/problems#{}", code.as_str()),
        title: code.title(),
        status: code.status().as_u16(),
        detail: &problem.detail,
        code,
        request_id: request_id.map(RequestId::as_str),
        errors: &problem.errors,
    };
    let mut response = (code.status(), Json(body)).into_response();
    let headers = response.headers_mut();
    for (name, value) in original.headers() {
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH {
            headers.append(name, value.clone());
        }
    }
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    if let Some(wait) = problem.retry_after() {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs()));
    }
    let etag = problem.etag.as_deref();
    if let Some(Ok(etag)) = etag.map(HeaderValue::from_str) {
        headers.insert(header::ETAG, etag);
    }
    if problem.closes_connection {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// The challenge of a 401 (RFC 6750 §3); who sent no credentials is told of no error in them.
fn challenge(code: Code, has_credentials: bool) -> Option<HeaderValue> {
    let value = match code {
        Code::Unauthorized if has_credentials => {
            "Bearer realm=\"dossier\", error=\"invalid_token\""
        }
        Code::Unauthorized | Code::InvalidCredentials | Code::TotpRequired | Code::TotpInvalid => {
            "Bearer realm=\"dossier\""
        }
        Code::TokenExpired => {
            "Bearer realm=\"dossier\", error=\"invalid_token\", error_description=\"expired\""
        }
        _ => return None,
    };
    Some(HeaderValue::from_static(value))
}
