//! `POST /account/notices`

use axum::extract::State;
use axum::response::Response;

use crate::console::form::Form;
use crate::console::view::see_other;
use crate::extract::{Json, NoQuery, SignedIn};
use crate::handlers::me;
use crate::problem::Problem;
use crate::state::AppState;
use crate::wire::EnabledBody;

/// Says whether mails tell the caller of documents.
pub async fn set_notices(
    State(state): State<AppState>,
    signed_in: SignedIn,
    form: Form,
) -> Result<Response, Problem> {
    let (enabled, done) = match form.get("enabled") {
        Some("true") => (true, "notices-on"),
        Some("false") => (false, "notices-off"),
        _ => return Err(Problem::invalid_field("enabled", "must be true or false")),
    };
    let request = Json(EnabledBody { enabled });
    let _ = me::set_notices(State(state), signed_in, NoQuery, request).await?;
    Ok(see_other("/account", done))
}
