//! `POST /upload/audience`

use axum::extract::State;
use axum::response::Response;
use minijinja::context;
use minijinja::value::Serde;

use crate::console::form::Form;
use crate::console::view::View;
use crate::extract::Ops;
use crate::problem::{Code, Problem};
use crate::services::reach;
use crate::state::AppState;

/// The template of the answer. The upload page takes its element `reach` out of it.
const TEMPLATE: &str = "upload/reach.html";

/// Shows whom a document would reach, which is not sent yet.
///
/// # Errors
///
/// [`Problem`] when the caller is not Ops, or that cannot be told.
pub async fn show_reach(
    State(state): State<AppState>,
    Ops(_): Ops,
    view: View,
    form: Form,
) -> Result<Response, Problem> {
    match reach(&state, form.get("audience"), &form.all("recipients")).await {
        Ok(reach) => Ok(view.page(TEMPLATE, context! { reach => Serde(reach) })),
        Err(problem) if problem.code() == Code::InvalidFields => {
            Ok(view.refused(TEMPLATE, &problem, context! {}))
        }
        Err(problem) => Err(problem),
    }
}
