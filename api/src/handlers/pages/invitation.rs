//! `GET` and `POST /invitation/{token}`

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

const PAGE: &str = "invitation.html";

/// Shows a page that asks for a password and a name. It changes nothing: mail scanners open every link.
pub async fn show_invitation_page() -> Response {
    ask(PAGE)
}

/// The button: makes the account.
pub async fn accept_invitation(
    State(state): State<AppState>,
    limited: Result<Limited<Passwords>, Problem>,
    origin: Origin,
    MailedToken(token): MailedToken,
    form: Result<PageForm, Problem>,
) -> Response {
    let name = form.as_ref().ok().and_then(|form| form.name.clone());
    let accepting = async {
        let password = limited.and(form)?.into_password()?;
        let (token, name) = (token.expose_secret(), name.as_deref());
        services::accept_invitation(&state, &origin, token, &password, name).await
    };
    answer(PAGE, accepting.await, context! { name })
}
