//! `GET /admin` and `GET /admin/overview/events`

use axum::extract::State;
use axum::response::Response;
use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;

use super::alarms::{Alarm, alarms};
use crate::console::view::View;
use crate::extract::{Admin, NoQuery};
use crate::handlers::admin as api;
use crate::overview_feed::ReadOverview;
use crate::problem::Problem;
use crate::state::AppState;
use crate::wire::OverviewResponse;

/// The queues, the workers, the way to the mail server and the newest failures, kept up to date by script.
pub async fn show_overview(
    State(state): State<AppState>,
    admin: Admin,
    view: View,
    NoQuery: NoQuery,
) -> Result<Response, Problem> {
    let overview = api::show_overview(State(state), admin, NoQuery).await?.0;
    let alarms = alarms(&overview);
    let values = context! { overview => Serde(overview), alarms => Serde(alarms) };
    Ok(view.page("operations/overview.html", values))
}

/// The events of the overview with its alarms, for `overview.js`.
pub async fn listen_to_overview(
    State(state): State<AppState>,
    Admin(caller): Admin,
    NoQuery: NoQuery,
) -> Result<Response, Problem> {
    api::tell_overview(state, caller, with_alarms)
}

/// What the API tells of the overview, and what an operator has to look at.
#[derive(Debug, Serialize)]
struct WithAlarms<'a> {
    #[serde(flatten)]
    overview: &'a OverviewResponse,
    alarms: Vec<Alarm>,
}

fn with_alarms(read: &ReadOverview) -> Option<&str> {
    read.console_json(|overview| {
        let alarms = alarms(overview);
        serde_json::to_string(&WithAlarms { overview, alarms })
    })
}
