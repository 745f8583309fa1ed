//! `GET` and `POST /invitation/{token}`

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

const PAGE: &str = "invitation.html";

/// Shows a page that asks for a password and a name. It changes nothing: mail scanners open every link.
pub async fn show_invitation_page() -> Response {
    page(StatusCode::OK, PAGE, context! { step => "ask" })
}

/// The button: makes the account. Without a password nothing is tried: mail scanners press buttons, too.
pub async fn accept_invitation(
    State(state): State<AppState>,
    limited: Result<Limited<Passwords>, Problem>,
    origin: Origin,
    token: Result<Path<String>, PathRejection>,
    form: PageForm,
) -> Response {
    let name = form.name.as_deref();
    if let Err(problem) = limited {
        return failed(&problem, name);
    }
    let Some(password) = form.password else {
        let password_rule = "must not be empty.";
        let values = context! { step => "ask-again", password_rule, name };
        return page(StatusCode::UNPROCESSABLE_ENTITY, PAGE, values);
    };
    // What is no text is no token either.
    let token = token.map(|Path(token)| token).unwrap_or_default();
    let accepting = services::accept_invitation(&state, &origin, &token, &password, name);
    let Err(problem) = accepting.await else {
        return page(StatusCode::OK, PAGE, context! { step => "done" });
    };
    let status = problem.code().status();
    match problem.code() {
        Code::InvalidFields => {
            let (password_rule, name_rule) = (problem.rule_of("password"), problem.rule_of("name"));
            let values = context! { step => "ask-again", password_rule, name_rule, name };
            page(status, PAGE, values)
        }
        Code::TokenInvalid | Code::SignUpRefused => {
            page(status, PAGE, context! { step => "refused" })
        }
        _ => failed(&problem, name),
    }
}

fn failed(problem: &Problem, name: Option<&str>) -> Response {
    let values = context! { step => step_of(problem), name };
    retry_later(page(problem.code().status(), PAGE, values), problem)
}
