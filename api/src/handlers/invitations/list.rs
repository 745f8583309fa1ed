//! `GET /v1/invitations`

use axum::extract::State;
use dossier_common::id::InvitationId;

use crate::extract::{PageQuery, PageRequest, Staff};
use crate::problem::{Problem, Problems};
use crate::state::AppState;
use crate::wire::InvitationPage;

/// The list's name in its cursors.
const LIST: &str = "invitations";

/// List invitations that wait to be accepted, newest first
///
/// Ops see their own, admins all.
#[utoipa::path(
    get, path = "/v1/invitations", tag = "accounts", security(("bearer" = [])),
    params(PageQuery),
    responses(
        (status = 200, description = "A page of invitations", body = InvitationPage),
        Problems<(Staff, PageRequest)>,
    ),
)]
pub async fn list_invitations(
    State(state): State<AppState>,
    Staff(caller): Staff,
    page: PageRequest,
) -> Result<axum::Json<InvitationPage>, Problem> {
    let page = page.of(LIST, caller.user_id);
    let after: Option<InvitationId> = page.after(&state)?;
    let (scope, now) = (caller.invitation_scope(), state.clock.now());
    let listing = state
        .store
        .list_invitations(scope, after, page.read_limit(), now);
    let mut invitations = listing.await?;
    let next_cursor = page.cut(&state, &mut invitations, |it| it.id.to_string());
    Ok(axum::Json(InvitationPage {
        items: invitations.into_iter().map(Into::into).collect(),
        next_cursor,
    }))
}
