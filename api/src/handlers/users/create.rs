//! `POST /v1/admin/users`

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::extract::{Admin, Json, NoQuery};
use crate::problem::{Problem, Problems};
use crate::services::{CreateAccount, create_account};
use crate::state::AppState;
use crate::wire::{AccountRequest, AccountResponse, UriReference};

/// Make an account
///
/// Its address counts as proven, and no mail is sent: tell the person the password yourself.
#[utoipa::path(
    post, path = "/v1/admin/users", tag = "administration", security(("bearer" = [])),
    request_body = AccountRequest,
    responses(
        (status = 201, description = "The account", body = AccountResponse,
         headers(("Location" = inline(UriReference), description = "The account"))),
        Problems<(Admin, NoQuery, Json<AccountRequest>, CreateAccount)>,
    ),
)]
pub async fn create_user(
    State(state): State<AppState>,
    Admin(caller): Admin,
    NoQuery: NoQuery,
    Json(request): Json<AccountRequest>,
) -> Result<Response, Problem> {
    let user = create_account(&state, &caller, request).await?;
    let location = [(header::LOCATION, format!("/v1/admin/users/{}", user.id))];
    let account = axum::Json(AccountResponse::from(user));
    Ok((StatusCode::CREATED, location, account).into_response())
}
