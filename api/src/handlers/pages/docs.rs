//! The pages under `/docs`: the interface, and the problem codes that `type` leads to.

use std::sync::LazyLock;

use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use minijinja::{Environment, context};

use crate::problem::Code;

/// The page of problem codes, which is the same for everybody.
static PAGE: LazyLock<String> = LazyLock::new(|| {
    let source = include_str!("../../../templates/problems.html");
    let problems: Vec<_> = Code::ALL
        .iter()
        .map(|code| {
            context! { code => code.as_str(), status => code.status().as_u16(), title => code.title() }
        })
        .collect();
    Environment::new()
        .render_named_str("problems.html", source, context! { problems })
        .expect("the page's template is compiled in and takes one list")
});

/// Shows every problem code with its status and title.
pub async fn show_problem_codes() -> Response {
    let policy = HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'");
    (
        [(header::CONTENT_SECURITY_POLICY, policy)],
        Html(PAGE.as_str()),
    )
        .into_response()
}

/// Middleware for the pages under `/docs`: they run scripts and styles of this host.
pub async fn allow_documentation_assets(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
                  img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'";
    response.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(policy),
    );
    response
}
