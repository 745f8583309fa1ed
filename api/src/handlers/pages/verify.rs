//! `GET` and `POST /verify-email/{token}`

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

const PAGE: &str = "verify-email.html";

/// Shows a page that asks for the password. It changes nothing: mail scanners open every link.
pub async fn show_verification_page() -> Response {
    ask(PAGE)
}

/// The button: confirms the sign-up, if the password is its own.
pub async fn confirm_verification(
    State(state): State<AppState>,
    limited: Result<Limited<Passwords>, Problem>,
    origin: Origin,
    MailedToken(token): MailedToken,
    form: Result<PageForm, Problem>,
) -> Response {
    let confirming = async {
        let password = limited.and(form)?.into_password()?;
        services::verify_email(&state, &origin, token.expose_secret(), &password).await
    };
    answer(PAGE, confirming.await, context! {})
}
