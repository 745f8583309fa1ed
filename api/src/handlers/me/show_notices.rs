//! `GET /v1/me/notices`

use axum::extract::State;

use crate::extract::{NoQuery, SignedIn};
use crate::problem::{Problem, Problems};
use crate::state::AppState;
use crate::wire::EnabledBody;

/// Show whether the caller is told of documents
///
/// Everybody is, by mail, who did not say otherwise.
#[utoipa::path(
    get, path = "/v1/me/notices", tag = "accounts", security(("bearer" = [])),
    responses(
        (status = 200, description = "Whether such mails are sent", body = EnabledBody),
        Problems<(SignedIn, NoQuery)>,
    ),
)]
pub async fn show_notices(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    NoQuery: NoQuery,
) -> Result<axum::Json<EnabledBody>, Problem> {
    let enabled = state.store.takes_notices(&caller.email_key).await?;
    Ok(axum::Json(EnabledBody { enabled }))
}
