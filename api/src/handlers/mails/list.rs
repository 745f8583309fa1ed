//! `GET /v1/admin/mails`

use axum::extract::State;

use crate::extract::{Admin, MailParameters, MailQuery};
use crate::problem::{Problem, Problems};
use crate::services::with_job_states;
use crate::state::AppState;
use crate::wire::MailPage;

/// The list's name in its cursors.
const LIST: &str = "mails";

/// List how far mails got, newest first
///
/// Every parameter narrows the list. It has mails that were tried within 60 days; `held` ones wait for a decision:
/// retry their job to send them, or delete it. To whom they are, the list does not say.
#[utoipa::path(
    get, path = "/v1/admin/mails", tag = "administration", security(("bearer" = [])),
    params(MailParameters),
    responses(
        (status = 200, description = "A page of mails", body = MailPage),
        Problems<(Admin, MailQuery)>,
    ),
)]
pub async fn list_mails(
    State(state): State<AppState>,
    Admin(caller): Admin,
    query: MailQuery,
) -> Result<axum::Json<MailPage>, Problem> {
    let filter = query.filter(&state.store).await?;
    let page = query.page.of(LIST, caller.user_id);
    let after: Option<String> = page.after(&state)?;
    let limit = page.read_limit();
    let mails = state.store.list_mails(&filter, after.as_deref(), limit);
    let mut mails = mails.await?;
    let next_cursor = page.cut(&state, &mut mails, |mail| mail.job_id.clone());
    let items = with_job_states(&state.store, mails).await?;
    Ok(axum::Json(MailPage { items, next_cursor }))
}
