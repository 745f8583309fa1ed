//! `POST /account/sessions/end-others`

use axum::extract::State;
use axum::response::Response;

use crate::console::view::see_other;
use crate::extract::{NoQuery, SignedIn};
use crate::handlers::sessions;
use crate::problem::Problem;
use crate::state::AppState;

/// Signs the caller out everywhere else.
pub async fn end_other_sessions(
    State(state): State<AppState>,
    signed_in: SignedIn,
) -> Result<Response, Problem> {
    sessions::end_other_sessions(State(state), signed_in, NoQuery).await?;
    Ok(see_other("/account/sessions", "other-sessions-ended"))
}
