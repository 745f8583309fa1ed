//! `GET` and `POST /verify-email/{token}`

use std::sync::LazyLock;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use minijinja::{Environment, context};

use crate::extract::{Limited, PasswordForm, Passwords};
use crate::origin::Origin;
use crate::problem::{Code, Problem};
use crate::services;
use crate::state::AppState;

const PAGE: &str = "verify-email.html";

/// The page's template, compiled when it is first shown.
static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    let source = include_str!("../../../templates/verify-email.html");
    let added = templates.add_template(PAGE, source);
    added.expect("the page's template is compiled in, and tests show it");
    templates
});

/// The page allows its own style and its own form, nothing else.
const CONTENT_SECURITY_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'";

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
    PasswordForm(password): PasswordForm,
) -> Response {
    if let Err(problem) = limited {
        return failed(&problem);
    }
    let Some(password) = password else {
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
    let mut response = page(problem.code().status(), step);
    if let Some(limit) = problem.rate_limit() {
        response.extensions_mut().insert(limit);
    }
    if let Some(wait) = problem.retry_after() {
        let seconds = HeaderValue::from(wait.as_secs());
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response
}

fn page(status: StatusCode, step: Step) -> Response {
    let template = TEMPLATES.get_template(PAGE);
    let html = template.and_then(|page| page.render(context! { step => step.name() }));
    let html = html.expect("the page's template is compiled in and takes one name");
    let policy = HeaderValue::from_static(CONTENT_SECURITY_POLICY);
    let headers = [(header::CONTENT_SECURITY_POLICY, policy)];
    (status, headers, Html(html)).into_response()
}
