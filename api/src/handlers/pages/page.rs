//! What the pages have in common: their templates, and what browsers may do with them.

use std::sync::LazyLock;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use minijinja::{Environment, Value};

use crate::problem::{Code, Problem};

/// The templates, compiled when a page is first shown.
static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    for (name, source) in [
        (
            "layout.html",
            include_str!("../../../templates/layout.html"),
        ),
        (
            "ask-reset.html",
            include_str!("../../../templates/ask-reset.html"),
        ),
        (
            "invitation.html",
            include_str!("../../../templates/invitation.html"),
        ),
        (
            "reset-password.html",
            include_str!("../../../templates/reset-password.html"),
        ),
        (
            "reset-second-factor.html",
            include_str!("../../../templates/reset-second-factor.html"),
        ),
        (
            "verify-email.html",
            include_str!("../../../templates/verify-email.html"),
        ),
    ] {
        let added = templates.add_template(name, source);
        added.expect("the templates are compiled in, and tests show each");
    }
    templates
});

/// A page allows its own style and its own form, nothing else.
const CONTENT_SECURITY_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'";

/// A page made from the template called `name`.
pub(super) fn page(status: StatusCode, name: &str, values: Value) -> Response {
    let template = TEMPLATES.get_template(name);
    let html = template.and_then(|page| page.render(values));
    let html = html.expect("the page's template is compiled in, and tests show it");
    let policy = HeaderValue::from_static(CONTENT_SECURITY_POLICY);
    let headers = [(header::CONTENT_SECURITY_POLICY, policy)];
    (status, headers, Html(html)).into_response()
}

/// What a page says that could not be made to do what it is for.
pub(super) fn step_of(problem: &Problem) -> &'static str {
    match problem.code() {
        Code::RateLimited => "too-many",
        _ => "failed",
    }
}

/// The same page, saying when to try again what `problem` kept from being done.
pub(super) fn retry_later(mut page: Response, problem: &Problem) -> Response {
    if let Some(limit) = problem.rate_limit() {
        page.extensions_mut().insert(limit);
    }
    if let Some(wait) = problem.retry_after() {
        let seconds = HeaderValue::from(wait.as_secs());
        page.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    page
}
