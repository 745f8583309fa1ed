//! `GET` and `POST /verify-email/{token}`

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use minijinja::context;

use super::page::retry_later;
use crate::extract::{Limited, PageForm, Passwords};
use crate::origin::Origin;
use crate::problem::{Code, Problem};
use crate::services;
use crate::state::AppState;

const PAGE: &str = "verify-email.html";

/// What the page says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Ask,
    AskAgain,
    Done,
    Refused,
    TooMany,
    Failed,
}

impl Step {
    fn name(self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::AskAgain => "ask-again",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::TooMany => "too-many",
            Self::Failed => "failed",
        }
    }
}

/// Shows a page that asks for the password. It changes nothing: mail scanners open every link.
pub async fn show_verification_page() -> Response {
    page(StatusCode::OK, Step::Ask)
}

/// The button: confirms the sign-up, if the password is its own. Without one nothing is tried: mail
/// scanners press buttons, too.
pub async fn confirm_verification(
    State(state): State<AppState>,
    limited: Result<Limited<Passwords>, Problem>,
    origin: Origin,
    token: Result<Path<String>, PathRejection>,
    form: PageForm,
) -> Response {
    if let Err(problem) = limited {
        return failed(&problem);
    }
    let Some(password) = form.password else {
        return page(StatusCode::UNPROCESSABLE_ENTITY, Step::AskAgain);
    };
    // What is no text is no token either.
    let token = token.map(|Path(token)| token).unwrap_or_default();
    match services::verify_email(&state, &origin, &token, &password).await {
        Ok(()) => page(StatusCode::OK, Step::Done),
        Err(problem) if problem.code() == Code::TokenInvalid => {
            page(StatusCode::BAD_REQUEST, Step::Refused)
        }
        Err(problem) => failed(&problem),
    }
}

fn failed(problem: &Problem) -> Response {
    let step = match problem.code() {
        Code::RateLimited => Step::TooMany,
        _ => Step::Failed,
    };
    retry_later(page(problem.code().status(), step), problem)
}

fn page(status: StatusCode, step: Step) -> Response {
    super::page::page(status, PAGE, context! { step => step.name() })
}
