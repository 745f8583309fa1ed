//! The operators' listener: metrics and health, never on the clients' address.

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use dossier_common::telemetry::Metrics;

use crate::handlers::health;
use crate::middleware::run_to_completion;
use crate::problem;
use crate::state::AppState;

/// The routes of the operators' listener.
pub fn router(state: AppState, metrics: Metrics) -> Router {
    let figures = get(show_metrics).with_state((state.clone(), metrics));
    Router::new()
        .route("/livez", get(health::show_liveness))
        .route("/readyz", get(health::show_readiness))
        .with_state(state)
        .route("/", figures.clone())
        .route("/metrics", figures)
        .layer(from_fn(run_to_completion))
        .layer(from_fn(problem::render))
}

/// Prometheus text exposition. Figures of the queues stay as they were when they cannot be had.
async fn show_metrics(State((state, metrics)): State<(AppState, Metrics)>) -> Response {
    let observer = metrics.clone();
    let observed = tokio::spawn(async move { observer.observe_queues(&state.store).await }).await;
    if let Ok(Err(error)) = observed {
        tracing::warn!(%error, "the queues' figures could not be brought up to date");
    }
    let content_type = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, content_type)], metrics.render()).into_response()
}
