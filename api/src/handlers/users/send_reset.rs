//! `POST /v1/admin/users/{id}/send-reset`

use axum::extract::State;
use axum::http::StatusCode;
use dossier_common::id::UserId;
use dossier_common::reset::ResetOf;

use crate::extract::{Admin, NoQuery, PathId};
use crate::problem::{Problem, Problems};
use crate::services::{SendReset, send_reset};
use crate::state::AppState;
use crate::wire::{MessageResponse, UserIdText};

/// Send a link to choose another password
///
/// It goes to the account's owner, and works for 30 minutes. Nothing is sent while one is under way. Admins
/// and operators have five an hour sent to an address; what others ask for does not count.
#[utoipa::path(
    post, path = "/v1/admin/users/{id}/send-reset", tag = "administration", security(("bearer" = [])),
    params(("id" = inline(UserIdText), Path, description = "Whose")),
    responses(
        (status = 202, description = "A mail is on its way", body = MessageResponse),
        Problems<(Admin, NoQuery, PathId<UserId>, SendReset)>,
    ),
)]
pub async fn send_user_reset(
    State(state): State<AppState>,
    Admin(caller): Admin,
    NoQuery: NoQuery,
    PathId(id): PathId<UserId>,
) -> Result<(StatusCode, axum::Json<MessageResponse>), Problem> {
    send_reset(&state, &caller, id, ResetOf::Password).await?;
    let message = "A mail with a link to choose another password is on its way.";
    Ok((
        StatusCode::ACCEPTED,
        axum::Json(MessageResponse { message }),
    ))
}
