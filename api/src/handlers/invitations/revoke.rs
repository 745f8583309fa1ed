//! `DELETE /v1/invitations/{id}`

use axum::extract::State;
use axum::http::StatusCode;
use dossier_common::audit::Act;
use dossier_common::id::InvitationId;

use crate::extract::{NoQuery, PathId, Staff};
use crate::problem::{Problem, Problems};
use crate::state::AppState;
use crate::wire::InvitationIdText;

/// Take an invitation back
///
/// Its link stops working with the next request.
#[utoipa::path(
    delete, path = "/v1/invitations/{id}", tag = "accounts", security(("bearer" = [])),
    params(("id" = inline(InvitationIdText), Path, description = "Which invitation")),
    responses(
        (status = 204, description = "The invitation has ended"),
        Problems<(Staff, NoQuery, PathId<InvitationId>)>,
    ),
)]
pub async fn revoke_invitation(
    State(state): State<AppState>,
    Staff(caller): Staff,
    NoQuery: NoQuery,
    PathId(id): PathId<InvitationId>,
) -> Result<StatusCode, Problem> {
    let (scope, now) = (caller.invitation_scope(), state.clock.now());
    let entry = caller.entry(&state.audit, Act::RevokeInvitation).about(id);
    let revoking = state.store.transaction("take an invitation back", |tx| {
        let entry = entry.clone();
        Box::pin(async move {
            let revoked = tx.revoke_invitation(id, scope, now).await?;
            if revoked {
                tx.record(entry).await?;
            }
            Ok(revoked)
        })
    });
    if !revoking.await? {
        return Err(Problem::not_found());
    }
    tracing::info!(by = %caller.user_id, invitation = %id, "an invitation was taken back");
    Ok(StatusCode::NO_CONTENT)
}
