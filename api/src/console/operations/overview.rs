//! `GET /admin` and `GET /admin/overview/events`

use axum::extract::State;
use axum::response::Response;
use minijinja::context;
use minijinja::value::Serde;

use super::alarms::{LONG_WAIT_MS, alarms};
use crate::console::view::View;
use crate::extract::{Admin, NoQuery};
use crate::handlers::admin as api;
use crate::problem::Problem;
use crate::state::AppState;

/// The queues, the workers, the way to the mail server and the newest failures, kept up to date by script.
pub async fn show_overview(
    State(state): State<AppState>,
    admin: Admin,
    view: View,
    NoQuery: NoQuery,
) -> Result<Response, Problem> {
    let overview = api::show_overview(State(state), admin, NoQuery).await?.0;
    let alarms = alarms(&overview);
    let values = context! { overview => Serde(overview), alarms => Serde(alarms), long_wait_ms => LONG_WAIT_MS };
    Ok(view.page("operations/overview.html", values))
}

/// The events of the overview, for `overview.js`.
pub async fn listen_to_overview(
    State(state): State<AppState>,
    admin: Admin,
    NoQuery: NoQuery,
) -> Result<Response, Problem> {
    api::listen_to_overview(State(state), admin, NoQuery).await
}
