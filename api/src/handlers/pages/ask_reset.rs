//! `GET` and `POST /reset-password`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use minijinja::context;

use super::page::{page, retry_later, step_of};
use crate::extract::{Limited, Mails, PageForm};
use crate::origin::Origin;
use crate::problem::{Code, Problem};
use crate::services;
use crate::state::AppState;

const PAGE: &str = "ask-reset.html";

/// Shows a page that asks for the address of an account whose password is forgotten.
pub async fn show_reset_page() -> Response {
    page(StatusCode::OK, PAGE, context! { step => "ask" })
}

/// The button: asks for a mail. The page says the same for every address.
pub async fn ask_for_reset(
    State(state): State<AppState>,
    limited: Result<Limited<Mails>, Problem>,
    origin: Origin,
    form: PageForm,
) -> Response {
    let email = form.email.unwrap_or_default();
    let asked = match limited {
        Ok(_) => services::ask_for_reset(&state, &origin, &email).await,
        Err(problem) => Err(problem),
    };
    let Err(problem) = asked else {
        return page(StatusCode::OK, PAGE, context! { step => "done" });
    };
    let step = match problem.code() {
        Code::InvalidFields => "refused",
        _ => step_of(&problem),
    };
    let status = problem.code().status();
    retry_later(page(status, PAGE, context! { step }), &problem)
}
