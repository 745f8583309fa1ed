//! Tokens from mails, in the paths of pages.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use secrecy::SecretString;

/// The token in the path of a page. What is no text is no token either, and empty.
#[derive(Clone, Debug, Default)]
pub struct MailedToken(pub SecretString);

impl<S: Send + Sync> FromRequestParts<S> for MailedToken {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let token = Path::<SecretString>::from_request_parts(parts, state).await;
        Ok(token.map(|Path(token)| Self(token)).unwrap_or_default())
    }
}
