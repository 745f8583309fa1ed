//! `GET` and `POST /reset-second-factor/{token}`

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

const PAGE: &str = "reset-second-factor.html";

/// Shows a page that asks for the password. It changes nothing: mail scanners open every link.
pub async fn show_second_factor_page() -> Response {
    ask(PAGE)
}

/// The button: removes the second factor, if the password is the account's.
pub async fn remove_second_factor(
    State(state): State<AppState>,
    limited: Result<Limited<Passwords>, Problem>,
    origin: Origin,
    MailedToken(token): MailedToken,
    form: Result<PageForm, Problem>,
) -> Response {
    let removing = async {
        let password = limited.and(form)?.into_password()?;
        services::reset_second_factor(&state, &origin, token.expose_secret(), &password).await
    };
    answer(PAGE, removing.await, context! {})
}
