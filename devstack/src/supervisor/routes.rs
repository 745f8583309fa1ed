//! The routes that take requests.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use tokio::sync::{Mutex, Notify};

use crate::stack::{Stack, StackRecord};

/// What routes work on.
#[derive(Debug, Clone)]
pub(super) struct SupervisorState {
    pub(super) stack: Arc<Mutex<Stack>>,
    pub(super) shutdown: Arc<Notify>,
    pub(super) token: Arc<str>,
}

pub(super) fn router(state: SupervisorState) -> Router {
    Router::new()
        .route("/stack", get(show_stack))
        .route("/workers", post(start_worker))
        .route("/shutdown", post(shut_down))
        .layer(middleware::from_fn_with_state(state.clone(), require_token))
        .with_state(state)
}

async fn require_token(
    State(state): State<SupervisorState>,
    request: Request,
    next: Next,
) -> Response {
    let given = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    match given.and_then(|value| value.strip_prefix("Bearer ")) {
        Some(token) if token == &*state.token => next.run(request).await,
        _ => StatusCode::UNAUTHORIZED.into_response(),
    }
}

async fn show_stack(State(state): State<SupervisorState>) -> Json<StackRecord> {
    Json(state.stack.lock().await.record())
}

async fn start_worker(State(state): State<SupervisorState>) -> Response {
    match state.stack.lock().await.start_worker().await {
        Ok(pid) => Json(pid).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

async fn shut_down(State(state): State<SupervisorState>) -> StatusCode {
    state.shutdown.notify_one();
    StatusCode::ACCEPTED
}
