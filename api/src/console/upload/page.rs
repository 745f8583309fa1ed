//! `GET /upload`

use axum::extract::State;
use axum::response::Response;
use minijinja::value::Serde;
use minijinja::{Value, context};

use crate::console::view::View;
use crate::extract::{Caller, NoQuery, Ops, SignedIn};
use crate::handlers::me;
use crate::problem::Problem;
use crate::services::Entered;
use crate::state::AppState;
use crate::wire::ListedGroupResponse;

/// The template of the page.
pub(super) const TEMPLATE: &str = "upload/upload.html";

/// How many groups there are to choose from, the newest ones; others can be named by hand.
const MOST_GROUPS: i64 = 200;

/// Shows the page where documents are uploaded.
///
/// # Errors
///
/// [`Problem`] when the caller is not Ops.
pub async fn show_upload(
    State(state): State<AppState>,
    Ops(caller): Ops,
    view: View,
) -> Result<Response, Problem> {
    let values = values(&state, &caller, &Entered::default()).await?;
    Ok(view.page(TEMPLATE, values))
}

/// What the page shows: the groups to choose from, how much may be uploaded, and what was entered before.
pub(super) async fn values(
    state: &AppState,
    caller: &Caller,
    entered: &Entered,
) -> Result<Value, Problem> {
    let groups = state.store.list_groups(None, MOST_GROUPS).await?;
    let groups: Vec<ListedGroupResponse> = groups.into_iter().map(Into::into).collect();
    let caller = SignedIn(caller.clone());
    let storage = me::show_storage(State(state.clone()), caller, NoQuery).await?;
    let is_box = |text: &&str| groups.iter().any(|group| group.id == *text);
    let (chosen, written): (Vec<&str>, Vec<&str>) = entered.all("recipients").partition(is_box);
    Ok(context! {
        audience => entered.all("audience").next(),
        expires_at => entered.all("expires_at").next(),
        chosen => Value::from(chosen.into_iter().map(str::to_owned).collect::<Vec<_>>()),
        written => written.join("\n").trim(),
        groups => Serde(&groups),
        storage => Serde(storage.0),
        most_bytes => state.limits.upload_bytes,
    })
}
