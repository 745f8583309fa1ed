//! What a client says it is.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

/// The value of `User-Agent`, as far as it is text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserAgent(pub Option<String>);

impl<S: Sync> FromRequestParts<S> for UserAgent {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let value = parts.headers.get(header::USER_AGENT);
        let text = value.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        Ok(Self(text))
    }
}
