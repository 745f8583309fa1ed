//! `POST /invitations/{id}/revoke`

use axum::extract::State;
use axum::response::Response;
use dossier_common::id::InvitationId;

use crate::console::view::see_other;
use crate::extract::{NoQuery, PathId, Staff};
use crate::handlers::invitations as api;
use crate::problem::Problem;
use crate::state::AppState;

/// Takes an invitation back.
pub async fn revoke_invitation(
    all: State<AppState>,
    staff: Staff,
    id: PathId<InvitationId>,
) -> Result<Response, Problem> {
    api::revoke_invitation(all, staff, NoQuery, id).await?;
    Ok(see_other("/invitations", "invitation-revoked"))
}
