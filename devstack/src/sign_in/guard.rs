//! Who may use the page: a browser that shows it under its own address.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::routes::SignIn;

/// Refuses requests for another host, which a name that leads to 127.0.0.1 would send, and buttons that another
/// site has pressed.
pub(super) async fn require_own_address(
    State(sign_in): State<Arc<SignIn>>,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    if value(headers, header::HOST.as_str()) != Some(&*sign_in.host) {
        let host = &sign_in.host;
        let text = format!("This page is at http://{host}/ alone.");
        return (StatusCode::MISDIRECTED_REQUEST, text).into_response();
    }
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    if !is_read && !is_of_own_page(headers, &sign_in.host) {
        let text = "Another site may not sign you in.";
        return (StatusCode::FORBIDDEN, text).into_response();
    }
    next.run(request).await
}

/// Whether the page itself sent the request, or a person without a page. Browsers say so; those that do not send
/// `Sec-Fetch-Site` name the page in `Origin`.
fn is_of_own_page(headers: &HeaderMap, host: &str) -> bool {
    match value(headers, "sec-fetch-site") {
        Some(site) => matches!(site, "same-origin" | "none"),
        None => {
            let origin = value(headers, header::ORIGIN.as_str());
            origin.and_then(|origin| origin.strip_prefix("http://")) == Some(host)
        }
    }
}

/// The value of a header that is there once.
fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    first.to_str().ok().filter(|_| values.next().is_none())
}
