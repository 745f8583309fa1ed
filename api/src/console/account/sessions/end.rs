//! `POST /account/sessions/{id}/end`

use axum::extract::State;
use axum::response::Response;
use dossier_common::id::SessionId;

use crate::console::view::see_other;
use crate::extract::{NoQuery, PathId, SignedIn};
use crate::handlers::sessions;
use crate::problem::Problem;
use crate::state::AppState;

/// Ends one of the caller's sessions. Ending the one that asks is signing out.
pub async fn end_session(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    PathId(id): PathId<SessionId>,
) -> Result<Response, Problem> {
    let is_own = id == caller.session_id;
    sessions::end_session(State(state), SignedIn(caller), NoQuery, PathId(id)).await?;
    Ok(if is_own {
        see_other("/signed-out", "")
    } else {
        see_other("/account/sessions", "session-ended")
    })
}
