//! `GET` and `POST /reset-second-factor/{token}`

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use minijinja::context;

use super::page::{page, retry_later, step_of};
use crate::extract::{Limited, PageForm, Passwords};
use crate::origin::Origin;
use crate::problem::{Code, Problem};
use crate::services;
use crate::state::AppState;

const PAGE: &str = "reset-second-factor.html";

/// Shows a page that asks for the password. It changes nothing: mail scanners open every link.
pub async fn show_second_factor_page() -> Response {
    page(StatusCode::OK, PAGE, context! { step => "ask" })
}

/// The button: removes the second factor, if the password is the account's. Without one nothing is
/// tried: mail scanners press buttons, too.
pub async fn remove_second_factor(
    State(state): State<AppState>,
    limited: Result<Limited<Passwords>, Problem>,
    origin: Origin,
    token: Result<Path<String>, PathRejection>,
    form: PageForm,
) -> Response {
    if let Err(problem) = limited {
        return refused(&problem);
    }
    let Some(password) = form.password else {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return page(status, PAGE, context! { step => "ask-again" });
    };
    // What is no text is no token either.
    let token = token.map(|Path(token)| token).unwrap_or_default();
    let removing = services::reset_second_factor(&state, &origin, &token, &password);
    let Err(problem) = removing.await else {
        return page(StatusCode::OK, PAGE, context! { step => "done" });
    };
    refused(&problem)
}

fn refused(problem: &Problem) -> Response {
    let step = match problem.code() {
        Code::TokenInvalid => "refused",
        _ => step_of(problem),
    };
    let status = problem.code().status();
    retry_later(page(status, PAGE, context! { step }), problem)
}
