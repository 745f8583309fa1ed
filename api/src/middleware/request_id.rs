//! Every request has a name.

use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;

use crate::request_id::{RequestId, X_REQUEST_ID};
use crate::state::AppState;

/// Middleware: names the request and says the name in the response.
pub async fn assign_request_id(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = RequestId::sent_with(request.headers()).unwrap_or_else(|| {
        let ulid = state.entropy.ulid(state.clock.now());
        RequestId::new(ulid.to_string())
    });
    request.extensions_mut().insert(id.clone());
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(X_REQUEST_ID, value);
    }
    response
}
