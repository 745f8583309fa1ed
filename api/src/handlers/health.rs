//! `GET /livez` and `GET /readyz`

use axum::extract::State;

use crate::problem::Problem;
use crate::state::AppState;

/// Whether the process is alive; asks nothing of anybody.
pub async fn show_liveness() -> &'static str {
    "ok\n"
}

/// Whether the process can serve: the database answers, its schema fits, no shutdown is under way.
pub async fn show_readiness(State(state): State<AppState>) -> Result<&'static str, Problem> {
    if state.draining.has_begun() {
        return Err(Problem::unavailable("This process is shutting down."));
    }
    state.store.check_schema().await.map_err(|error| {
        tracing::warn!(%error, "not ready");
        Problem::unavailable("The database is not ready.")
    })?;
    Ok("ok\n")
}
