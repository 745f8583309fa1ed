//! `GET` and `POST /unsubscribe/{token}`

use axum::extract::State;
use axum::response::Response;
use minijinja::context;
use secrecy::ExposeSecret;

use super::answer::answer;
use super::page::ask;
use crate::extract::{MailedToken, OneClick};
use crate::origin::Origin;
use crate::problem::Problem;
use crate::services;
use crate::state::AppState;

const PAGE: &str = "unsubscribe.html";

/// Shows a page with one button. It changes nothing: mail scanners open every link.
pub async fn show_unsubscribe_page() -> Response {
    ask(PAGE)
}

/// The button, or the mail program's own: stops the mails about documents.
pub async fn unsubscribe(
    State(state): State<AppState>,
    origin: Origin,
    MailedToken(token): MailedToken,
    pressed: Result<OneClick, Problem>,
) -> Response {
    let stopping = async {
        pressed?;
        services::unsubscribe(&state, &origin, token.expose_secret()).await
    };
    answer(PAGE, stopping.await, context! {})
}
