//! `GET /v1/me/sessions`

use axum::extract::State;
use dossier_common::id::SessionId;

use crate::extract::{PageQuery, PageRequest, SignedIn};
use crate::problem::{Problem, Problems};
use crate::state::AppState;
use crate::wire::{SessionPage, SessionResponse};

/// The list's name in its cursors.
const LIST: &str = "sessions";

/// List the caller's sessions, newest first
///
/// Those that stand: where each was opened or last refreshed from, and what the client there says it
/// is, which anybody can make up.
#[utoipa::path(
    get, path = "/v1/me/sessions", tag = "accounts", security(("bearer" = [])),
    params(PageQuery),
    responses(
        (status = 200, description = "A page of sessions", body = SessionPage),
        Problems<(SignedIn, PageRequest)>,
    ),
)]
pub async fn list_sessions(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    page: PageRequest,
) -> Result<axum::Json<SessionPage>, Problem> {
    let page = page.of(LIST, caller.user_id);
    let after: Option<SessionId> = page.after(&state)?;
    let (limit, now) = (page.read_limit(), state.clock.now());
    let mut sessions = state
        .store
        .list_sessions(caller.user_id, after, limit, now)
        .await?;
    let next_cursor = page.cut(&state, &mut sessions, |session| session.id.to_string());
    let items = sessions
        .into_iter()
        .map(|session| SessionResponse::new(session, caller.session_id));
    Ok(axum::Json(SessionPage {
        items: items.collect(),
        next_cursor,
    }))
}
