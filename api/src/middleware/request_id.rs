//! A name for every request.

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

use crate::state::AppState;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const MAX_CHARS: usize = 64;

/// A request's name: the caller's own `X-Request-Id` when it is short and plain, or a fresh one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn sent_with(request: &Request) -> Option<Self> {
        let text = request.headers().get(X_REQUEST_ID)?.to_str().ok()?;
        let plain = (1..=MAX_CHARS).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
        plain.then(|| Self(text.to_owned()))
    }
}

/// Middleware: names the request and says the name in the response.
pub async fn assign_request_id(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = RequestId::sent_with(&request).unwrap_or_else(|| {
        let ulid = state.entropy.ulid(state.clock.now());
        RequestId(ulid.to_string())
    });
    request.extensions_mut().insert(id.clone());
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(X_REQUEST_ID, value);
    }
    response
}
