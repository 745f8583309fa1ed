//! `GET /v1/me`

use axum::extract::State;

use crate::extract::SignedIn;
use crate::problem::Problem;
use crate::state::AppState;
use crate::wire::UserResponse;

/// Show the caller's account
#[utoipa::path(
    get, path = "/v1/me", tag = "accounts",
    responses((status = 200, description = "The account", body = UserResponse)),
)]
pub async fn show_me(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
) -> Result<axum::Json<UserResponse>, Problem> {
    let user = state.store.find_user(caller.user_id).await?;
    let user = user.ok_or_else(Problem::not_found)?;
    Ok(axum::Json(user.into()))
}
