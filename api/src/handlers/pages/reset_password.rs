//! `GET` and `POST /reset-password/{token}`

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

const PAGE: &str = "reset-password.html";

/// Shows a page that asks for another password. It changes nothing: mail scanners open every link.
pub async fn show_new_password_page() -> Response {
    page(StatusCode::OK, PAGE, context! { step => "ask" })
}

/// The button: replaces the password. Without one nothing is tried: mail scanners press buttons, too.
pub async fn confirm_reset(
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
        return ask_again(StatusCode::UNPROCESSABLE_ENTITY, "must not be empty.");
    };
    // What is no text is no token either.
    let token = token.map(|Path(token)| token).unwrap_or_default();
    match services::reset_password(&state, &origin, &token, &password).await {
        Ok(()) => page(StatusCode::OK, PAGE, context! { step => "done" }),
        Err(problem) => refused(&problem),
    }
}

fn refused(problem: &Problem) -> Response {
    let status = problem.code().status();
    match (problem.code(), problem.rule_of("new_password")) {
        (Code::InvalidFields, Some(rule)) => ask_again(status, rule),
        (Code::TokenInvalid, _) => page(status, PAGE, context! { step => "refused" }),
        _ => {
            let values = context! { step => step_of(problem) };
            retry_later(page(status, PAGE, values), problem)
        }
    }
}

fn ask_again(status: StatusCode, rule: &str) -> Response {
    page(status, PAGE, context! { step => "ask-again", rule })
}
