//! What other sites have a browser send is refused.

use axum::body::Body;
use axum::extract::{FromRequestParts, RawPathParams, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use mime::Mime;
use url::form_urlencoded;

use crate::extract::{ByCookie, media_type, read_body};
use crate::problem::{Code, Problem};
use crate::state::AppState;

/// The field, the parameter of a path, and the name of what a page's `meta` element has.
const FIELD: &str = "csrf";

/// Where scripts send the token.
pub(super) const X_CSRF_TOKEN: HeaderName = HeaderName::from_static("x-csrf-token");

/// Where browsers say a request was made from.
pub(super) const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The forms of visitors who are not signed in: their page may be older than a session that was opened in another
/// window.
const WITHOUT_TOKEN: [&str; 3] = ["/sign-in", "/sign-up", "/language"];

/// Middleware: what may change something comes from a page of this very origin, and with its token where somebody is
/// signed in.
pub(super) async fn check_origin(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    if !is_same_origin(request.headers(), &state.public_url) {
        return refused().into_response();
    }
    match with_token(request, &state).await {
        Ok(request) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// What browsers say of where a request was made decides; those that say nothing send their `Origin` at least.
fn is_same_origin(headers: &HeaderMap, public_url: &str) -> bool {
    match headers.get(SEC_FETCH_SITE) {
        Some(site) => site == "same-origin",
        None => headers
            .get(header::ORIGIN)
            .is_some_and(|origin| origin == public_url),
    }
}

/// The request again, provided that it has the token of the visitor's session, if there is one.
async fn with_token(request: Request, state: &AppState) -> Result<Request, Problem> {
    let visitor = request.extensions().get::<ByCookie>();
    let session = visitor.and_then(|ByCookie(caller)| Some(caller.as_ref()?.session_id));
    let Some(session) = session.filter(|_| !WITHOUT_TOKEN.contains(&request.uri().path())) else {
        return Ok(request);
    };
    let (mut parts, body) = request.into_parts();
    let outside = outside_of_body(&mut parts, state).await;
    let (token, body) = match outside {
        Some(token) => (Some(token), body),
        None if is_form(&parts.headers) => {
            let whole = Request::from_parts(parts.clone(), body);
            let bytes = read_body(whole).await?;
            (in_form(&bytes), Body::from(bytes))
        }
        None => (None, body),
    };
    let is_good = token.is_some_and(|it| state.console_tokens.is_form_token(session, &it));
    let request = Request::from_parts(parts, body);
    is_good.then_some(request).ok_or_else(refused)
}

/// The token in the header or, of forms with a document, in the path.
async fn outside_of_body(parts: &mut Parts, state: &AppState) -> Option<String> {
    if let Some(token) = parts.headers.get(X_CSRF_TOKEN) {
        return token.to_str().ok().map(str::to_owned);
    }
    let params = RawPathParams::from_request_parts(parts, state).await.ok()?;
    let mut params = params.iter();
    params
        .find(|(name, _)| *name == FIELD)
        .map(|(_, token)| token.to_owned())
}

fn is_form(headers: &HeaderMap) -> bool {
    let media_type = media_type(headers);
    media_type.as_ref().map(Mime::essence_str) == Some("application/x-www-form-urlencoded")
}

fn in_form(body: &[u8]) -> Option<String> {
    let mut fields = form_urlencoded::parse(body);
    let (_, token) = fields.find(|(name, _)| name == FIELD)?;
    Some(token.into_owned())
}

fn refused() -> Problem {
    Problem::new(
        Code::Forbidden,
        "The request did not come from a page that is open now. Please load the page again, and repeat it.",
    )
}
