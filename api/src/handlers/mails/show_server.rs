//! `GET /v1/admin/mails/server`

use axum::extract::State;
use dossier_common::overview::MailOverview;

use crate::extract::{Admin, NoQuery};
use crate::overview_feed::READ_LIMIT;
use crate::problem::{Problem, Problems};
use crate::state::AppState;
use crate::wire::MailServerResponse;

/// Show whether the mail server takes mails
///
/// While it takes none, mails are parked: they keep their attempts, and one is tried now and then.
#[utoipa::path(
    get, path = "/v1/admin/mails/server", tag = "administration", security(("bearer" = [])),
    responses(
        (status = 200, description = "The way to the mail server", body = MailServerResponse),
        Problems<(Admin, NoQuery)>,
    ),
)]
pub async fn show_mail_server(
    State(state): State<AppState>,
    Admin(_admin): Admin,
    NoQuery: NoQuery,
) -> Result<axum::Json<MailServerResponse>, Problem> {
    let mail = MailOverview::gather(&state.store, READ_LIMIT).await?;
    Ok(axum::Json(mail.into()))
}
