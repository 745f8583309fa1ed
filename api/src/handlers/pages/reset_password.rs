//! `GET` and `POST /reset-password/{token}`

use axum::extract::State;
use axum::response::Response;
use minijinja::context;
use secrecy::ExposeSecret;

use super::answer::answer;
use super::page::ask;
use crate::extract::{Limited, MailedToken, PageForm, Passwords};
use crate::origin::Origin;
use crate::problem::Problem;
use crate::services;
use crate::state::AppState;

const PAGE: &str = "reset-password.html";

/// Shows a page that asks for another password. It changes nothing: mail scanners open every link.
pub async fn show_new_password_page() -> Response {
    ask(PAGE)
}

/// The button: replaces the password.
pub async fn confirm_reset(
    State(state): State<AppState>,
    limited: Result<Limited<Passwords>, Problem>,
    origin: Origin,
    MailedToken(token): MailedToken,
    form: Result<PageForm, Problem>,
) -> Response {
    let replacing = async {
        let password = limited.and(form)?.into_password()?;
        let token = token.expose_secret();
        let replaced = services::reset_password(&state, &origin, token, &password).await;
        // A page without a script has no place for the device's token.
        replaced.map(drop)
    };
    answer(PAGE, replacing.await, context! {})
}
