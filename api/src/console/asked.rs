//! What the address of a page asks for, as the API has its parameters.

use axum::extract::FromRequestParts;
use axum::http::{HeaderName, Request, Uri};
use url::form_urlencoded::{self, Serializer};

use crate::problem::{Code, Problem};
use crate::state::AppState;

/// Reads `T` out of the parameters of `uri`. Forms send empty fields too, and `done` is about the request before:
/// neither is a parameter of the API.
///
/// # Errors
///
/// [`Problem`] when a parameter breaks its rule.
pub(in crate::console) async fn of_query<T>(state: &AppState, uri: &Uri) -> Result<T, Problem>
where
    T: FromRequestParts<AppState, Rejection = Problem>,
{
    let query = query_of(uri, &["done"]);
    let request = Request::builder().uri(format!("/?{query}"));
    let request = request.body(());
    // It is longer than the address was: what is written with `%` may not have been.
    let too_long = |_| {
        Problem::new(
            Code::BadRequest,
            "The address is too long. Please ask for less.",
        )
    };
    let (mut parts, ()) = request.map_err(too_long)?.into_parts();
    T::from_request_parts(&mut parts, state).await
}

/// Reads `T` out of a header, if it has a value.
///
/// # Errors
///
/// [`Problem`] when the header breaks its rule, or is missed.
pub(in crate::console) async fn of_header<T>(
    state: &AppState,
    name: HeaderName,
    value: Option<&str>,
) -> Result<T, Problem>
where
    T: FromRequestParts<AppState, Rejection = Problem>,
{
    let request = Request::builder();
    let request = match value {
        Some(value) => request.header(name, value),
        None => request,
    };
    let unreadable = |_| Problem::invalid_field("etag", "must be the one of the page");
    let request = request.body(()).map_err(unreadable)?;
    let (mut parts, ()) = request.into_parts();
    T::from_request_parts(&mut parts, state).await
}

/// The value of a parameter, if there is one that is not empty.
pub(in crate::console) fn value(uri: &Uri, name: &str) -> Option<String> {
    pairs(uri)
        .find(|(found, _)| found == name)
        .map(|(_, value)| value)
}

/// The address of the next page: that of this one, with another cursor.
pub(in crate::console) fn next_url(uri: &Uri, next_cursor: Option<&str>) -> Option<String> {
    let cursor = next_cursor?;
    let query = query_of(uri, &["done", "cursor"]);
    let separator = if query.is_empty() { "" } else { "&" };
    let cursor: String = form_urlencoded::byte_serialize(cursor.as_bytes()).collect();
    Some(format!("{}?{query}{separator}cursor={cursor}", uri.path()))
}

/// The parameters that are not empty, without these.
fn query_of(uri: &Uri, without: &[&str]) -> String {
    let kept = pairs(uri).filter(|(name, _)| !without.contains(&name.as_str()));
    Serializer::new(String::new()).extend_pairs(kept).finish()
}

fn pairs(uri: &Uri) -> impl Iterator<Item = (String, String)> {
    let query = uri.query().unwrap_or_default();
    let pairs = form_urlencoded::parse(query.as_bytes()).into_owned();
    pairs.filter(|(_, value)| !value.trim().is_empty())
}
