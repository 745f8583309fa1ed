//! What operators and orchestrators can ask.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{from_fn, map_response_with_state};
use axum::response::Response;
use axum::routing::get;
use dossier_common::store::Store;
use dossier_common::telemetry::Metrics;
use tokio::time::timeout;

use crate::keys::describe;
use crate::server::answer_refusal;
use crate::{Draining, Keys};

/// How long the database may take to say how it is.
const CHECK_LIMIT: Duration = Duration::from_secs(2);

/// What the routes can reach.
#[derive(Clone, Debug)]
pub(crate) struct OpsState {
    /// The name of the program, which each answer has in `Server` (RFC 9110 §10.2.4).
    pub(crate) program: &'static str,
    pub(crate) store: Store,
    pub(crate) metrics: Metrics,
    pub(crate) keys: Arc<dyn Keys>,
    pub(crate) draining: Draining,
}

pub(crate) fn router(state: OpsState) -> Router {
    Router::new()
        .route("/livez", get(async || "ok\n"))
        .route("/readyz", get(show_readiness))
        .route("/", get(show_metrics))
        .route("/metrics", get(show_metrics))
        .layer(from_fn(answer_refusal))
        .layer(map_response_with_state(state.program, name_program))
        .with_state(state)
}

async fn name_program(State(program): State<&'static str>, mut answer: Response) -> Response {
    let program = HeaderValue::from_static(program);
    answer.headers_mut().insert(header::SERVER, program);
    answer
}

type NotReady = (StatusCode, [(HeaderName, &'static str); 1], &'static str);

/// Whether the process takes work: it is not on its way out, and its database answers. It says which
/// keys it accepts, so that a key is made the first one only when everybody accepts it.
async fn show_readiness(State(state): State<OpsState>) -> Result<String, NotReady> {
    let ready = format!("ok\n{}\n", describe(&*state.keys));
    if state.draining.has_begun() {
        return Err(not_ready("the process is shutting down\n"));
    }
    // In a task of its own: a database call must not be dropped with its caller.
    let checking = tokio::spawn(async move { state.store.check_schema().await });
    match timeout(CHECK_LIMIT, checking).await {
        Ok(Ok(Ok(()))) => Ok(ready),
        _ => Err(not_ready("the database is not ready\n")),
    }
}

fn not_ready(reason: &'static str) -> NotReady {
    (
        StatusCode::SERVICE_UNAVAILABLE,
        [(header::RETRY_AFTER, "2")],
        reason,
    )
}

/// Prometheus text exposition.
async fn show_metrics(State(state): State<OpsState>) -> ([(HeaderName, &'static str); 1], String) {
    let content_type = "text/plain; version=0.0.4; charset=utf-8";
    let page = state.metrics.page(&state.store).await;
    ([(header::CONTENT_TYPE, content_type)], page)
}
