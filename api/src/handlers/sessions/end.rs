//! `DELETE /v1/me/sessions/{id}`

use axum::extract::State;
use axum::http::StatusCode;
use dossier_common::audit::Act;
use dossier_common::id::SessionId;

use crate::extract::{NoQuery, PathId, SignedIn};
use crate::problem::{Problem, Problems};
use crate::state::AppState;
use crate::wire::SessionIdText;

/// End one of the caller's sessions
///
/// Its access and refresh tokens stop working with the next request. Ending it twice changes
/// nothing; ending the session that asks is logging out.
#[utoipa::path(
    delete, path = "/v1/me/sessions/{id}", tag = "accounts", security(("bearer" = [])),
    params(("id" = inline(SessionIdText), Path, description = "Which session")),
    responses(
        (status = 204, description = "The session has ended"),
        Problems<(SignedIn, NoQuery, PathId<SessionId>)>,
    ),
)]
pub async fn end_session(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    NoQuery: NoQuery,
    PathId(id): PathId<SessionId>,
) -> Result<StatusCode, Problem> {
    let session = state.store.find_session(id).await?;
    let session = session
        .filter(|session| session.user_id == caller.user_id)
        .ok_or_else(Problem::not_found)?;
    let (id, now) = (session.id, state.clock.now());
    let entry = caller.entry(&state.audit, Act::EndSession).about(id);
    state
        .store
        .transaction("end a session", |tx| {
            let entry = entry.clone();
            Box::pin(async move {
                tx.revoke_session(id, now).await?;
                tx.record(entry).await
            })
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
