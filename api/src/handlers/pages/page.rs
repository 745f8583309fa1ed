//! What the pages have in common: their templates, and what browsers may do with them.

use std::sync::LazyLock;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use minijinja::{Environment, Value, context};

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
        ("field.html", include_str!("../../../templates/field.html")),
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
            "unsubscribe.html",
            include_str!("../../../templates/unsubscribe.html"),
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

/// What a page is about to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It asks.
    Ask,
    /// It asks again: a field breaks its rule.
    AskAgain,
    /// It was done.
    Done,
    /// The token, or what goes with it, is not good.
    Refused,
    /// There were too many requests.
    TooMany,
    /// What was entered is too long, or did not arrive.
    Unread,
    /// The service failed.
    Failed,
}

impl Step {
    /// As the templates name it.
    fn name(self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::AskAgain => "ask-again",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::TooMany => "too-many",
            Self::Unread => "unread",
            Self::Failed => "failed",
        }
    }
}

/// The page called `name` before anything was entered.
pub(super) fn ask(name: &str) -> Response {
    page(StatusCode::OK, name, Step::Ask, context! {})
}

/// A page made from the template called `name`.
pub(super) fn page(status: StatusCode, name: &str, step: Step, values: Value) -> Response {
    let template = TEMPLATES.get_template(name);
    let values = context! { step => step.name(), ..values };
    let html = template.and_then(|page| page.render(values));
    let html = html.expect("the page's template is compiled in, and tests show it");
    let policy = HeaderValue::from_static(CONTENT_SECURITY_POLICY);
    let headers = [(header::CONTENT_SECURITY_POLICY, policy)];
    (status, headers, Html(html)).into_response()
}
