//! `GET /v1/me`

use axum::extract::State;

use crate::extract::{Enrolling, NoQuery};
use crate::problem::{Code, Fails, Problem, Problems};
use crate::state::AppState;
use crate::wire::UserResponse;

/// Show the caller's account
///
/// It is the account of the access token.
#[utoipa::path(
    get, path = "/v1/me", tag = "accounts", security(("bearer" = [])),
    responses(
        (status = 200, description = "The account", body = UserResponse),
        Problems<(Enrolling, NoQuery, Gone)>,
    ),
)]
pub async fn show_me(
    State(state): State<AppState>,
    Enrolling(caller): Enrolling,
    NoQuery: NoQuery,
) -> Result<axum::Json<UserResponse>, Problem> {
    let user = state.store.recent_user(caller.user_id).await?;
    let user = user.ok_or_else(Problem::not_found)?;
    Ok(axum::Json(UserResponse::from(&*user)))
}

/// The account was deleted while its session stood.
struct Gone;

impl Fails for Gone {
    fn codes() -> Vec<Code> {
        vec![Code::NotFound]
    }
}
