//! `GET /v1/admin/overview`

use axum::extract::State;
use dossier_common::overview::Overview;

use crate::extract::{Admin, NoQuery};
use crate::overview_feed::READ_LIMIT;
use crate::problem::{Problem, Problems};
use crate::state::AppState;
use crate::wire::OverviewResponse;

/// Show how everything is
///
/// The queues, the workers, the way to the mail server and the newest failures, at a cost that does not grow with
/// the number of jobs.
#[utoipa::path(
    get, path = "/v1/admin/overview", tag = "administration", security(("bearer" = [])),
    responses(
        (status = 200, description = "The overview", body = OverviewResponse),
        Problems<(Admin, NoQuery)>,
    ),
)]
pub async fn show_overview(
    State(state): State<AppState>,
    Admin(_admin): Admin,
    NoQuery: NoQuery,
) -> Result<axum::Json<OverviewResponse>, Problem> {
    let overview = Overview::gather(&state.store, READ_LIMIT).await?;
    Ok(axum::Json(overview.into()))
}
