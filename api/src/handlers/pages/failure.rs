//! Pages for requests that no handler has answered.

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use minijinja::context;

use super::answer::answer;
use crate::problem::Problem;

/// Middleware: who waits for a page is shown a page, also when its handler could not end, or panicked.
pub async fn show_failures(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>();
    let page = route.and_then(|route| page_of(route.as_str()));
    let response = next.run(request).await;
    let problem = response.extensions().get::<Problem>();
    let problem = problem.filter(|it| it.code().status().is_server_error());
    match (page, problem.cloned()) {
        (Some(name), Some(problem)) => answer(name, Err(problem), context! {}),
        _ => response,
    }
}

/// The page that a route shows.
fn page_of(route: &str) -> Option<&'static str> {
    match route {
        "/verify-email/{token}" => Some("verify-email.html"),
        "/invitation/{token}" => Some("invitation.html"),
        "/reset-password" => Some("ask-reset.html"),
        "/reset-password/{token}" => Some("reset-password.html"),
        "/reset-second-factor/{token}" => Some("reset-second-factor.html"),
        "/unsubscribe/{token}" => Some("unsubscribe.html"),
        _ => None,
    }
}
