//! `GET` and `POST /reset-password`

use axum::extract::State;
use axum::response::Response;
use minijinja::context;

use super::answer::answer;
use super::page::ask;
use crate::extract::{Limited, Mails, PageForm};
use crate::origin::Origin;
use crate::problem::Problem;
use crate::services;
use crate::state::AppState;

const PAGE: &str = "ask-reset.html";

/// Shows a page that asks for the address of an account whose password is forgotten.
pub async fn show_reset_page() -> Response {
    ask(PAGE)
}

/// The button: asks for a mail. The page says the same for every address.
pub async fn ask_for_reset(
    State(state): State<AppState>,
    limited: Result<Limited<Mails>, Problem>,
    origin: Origin,
    form: Result<PageForm, Problem>,
) -> Response {
    let email = form.as_ref().ok().and_then(|form| form.email.clone());
    let asking = async {
        limited.and(form)?;
        services::ask_for_reset(&state, &origin, email.as_deref().unwrap_or_default()).await
    };
    answer(PAGE, asking.await, context! { email })
}
