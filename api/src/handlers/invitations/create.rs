//! `POST /v1/invitations`

use axum::extract::State;
use axum::http::StatusCode;

use crate::extract::{Json, NoQuery, Staff};
use crate::problem::{Problem, Problems};
use crate::services::{self, Invite};
use crate::state::AppState;
use crate::wire::{InvitationRequest, InvitationResponse};

/// Invite somebody
///
/// A mail with a link goes to the address; whoever opens it chooses a password and has an account. Ops
/// invite clients, admins anybody. The answer is the same for an address that has an account, whose owner
/// is told so by the mail.
#[utoipa::path(
    post, path = "/v1/invitations", tag = "accounts", security(("bearer" = [])),
    request_body = InvitationRequest,
    responses(
        (status = 201, description = "A mail is on its way", body = InvitationResponse),
        Problems<(Staff, NoQuery, Json<InvitationRequest>, Invite)>,
    ),
)]
pub async fn create_invitation(
    State(state): State<AppState>,
    Staff(caller): Staff,
    NoQuery: NoQuery,
    Json(request): Json<InvitationRequest>,
) -> Result<(StatusCode, axum::Json<InvitationResponse>), Problem> {
    let invitation = services::invite(&state, &caller, &request).await?;
    Ok((StatusCode::CREATED, axum::Json(invitation.into())))
}
