//! The operators' listener: metrics and health.

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use dossier_common::store::Store;
use dossier_common::telemetry::Metrics;
use tokio::sync::watch;

/// What the listener can reach.
#[derive(Clone, Debug)]
pub struct OpsState {
    /// The database.
    pub store: Store,
    /// What was recorded.
    pub metrics: Metrics,
    /// Whether the process takes jobs: it has started and is not on its way out.
    pub working: watch::Receiver<bool>,
}

/// The routes of the operators' listener.
pub fn router(state: OpsState) -> Router {
    Router::new()
        .route("/livez", get(async || "ok\n"))
        .route("/readyz", get(show_readiness))
        .route("/", get(show_metrics))
        .route("/metrics", get(show_metrics))
        .with_state(state)
}

/// Whether the process takes jobs and its database answers.
async fn show_readiness(State(state): State<OpsState>) -> (StatusCode, &'static str) {
    if !*state.working.borrow() {
        return (StatusCode::SERVICE_UNAVAILABLE, "not taking jobs\n");
    }
    // In a task of its own: a database call must not be dropped with its caller.
    let checked = tokio::spawn(async move { state.store.check_schema().await }).await;
    match checked {
        Ok(Ok(())) => (StatusCode::OK, "ok\n"),
        _ => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the database is not ready\n",
        ),
    }
}

/// Prometheus text exposition. Figures of the queues stay as they were when they cannot be had.
async fn show_metrics(State(state): State<OpsState>) -> Response {
    let metrics = state.metrics.clone();
    let observed =
        tokio::spawn(async move { state.metrics.observe_queues(&state.store).await }).await;
    if let Ok(Err(error)) = observed {
        tracing::warn!(%error, "the queues' figures could not be brought up to date");
    }
    let content_type = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, content_type)], metrics.render()).into_response()
}
