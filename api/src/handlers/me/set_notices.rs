//! `POST /v1/me/notices`

use axum::extract::State;

use crate::extract::{Json, NoQuery, SignedIn};
use crate::problem::{Problem, Problems};
use crate::services;
use crate::state::AppState;
use crate::wire::EnabledBody;

/// Say whether the caller is told of documents
///
/// By mail. Mails about the account come all the same.
#[utoipa::path(
    post, path = "/v1/me/notices", tag = "accounts", security(("bearer" = [])),
    request_body = EnabledBody,
    responses(
        (status = 200, description = "Whether such mails are sent from now on", body = EnabledBody),
        Problems<(SignedIn, NoQuery, Json<EnabledBody>)>,
    ),
)]
pub async fn set_notices(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    NoQuery: NoQuery,
    Json(request): Json<EnabledBody>,
) -> Result<axum::Json<EnabledBody>, Problem> {
    services::set_notices(&state, &caller, request.enabled).await?;
    Ok(axum::Json(request))
}
