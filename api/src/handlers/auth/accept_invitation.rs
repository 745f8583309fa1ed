//! `POST /v1/auth/accept-invitation`

use axum::extract::State;
use secrecy::ExposeSecret;

use crate::extract::{Json, Limited, NoQuery, Passwords};
use crate::origin::Origin;
use crate::problem::{Problem, Problems};
use crate::services::{self, AcceptInvitation};
use crate::state::AppState;
use crate::wire::{AcceptInvitationRequest, VerifiedResponse};

/// Accept an invitation
///
/// The token is the text behind the last `/` of the mailed link. The account exists from then on, with
/// this password; sign-ups and other invitations of the address end. Nobody is logged in.
#[utoipa::path(
    post, path = "/v1/auth/accept-invitation", tag = "accounts", security(),
    request_body = AcceptInvitationRequest,
    responses(
        (status = 200, description = "The account exists", body = VerifiedResponse),
        Problems<(Limited<Passwords>, Origin, NoQuery, Json<AcceptInvitationRequest>, AcceptInvitation)>,
    ),
)]
pub async fn accept_invitation(
    State(state): State<AppState>,
    _: Limited<Passwords>,
    origin: Origin,
    NoQuery: NoQuery,
    Json(request): Json<AcceptInvitationRequest>,
) -> Result<axum::Json<VerifiedResponse>, Problem> {
    let (token, name) = (request.token.expose_secret(), request.name.as_deref());
    services::accept_invitation(&state, &origin, token, &request.password, name).await?;
    Ok(axum::Json(VerifiedResponse {
        email_verified: true,
    }))
}
