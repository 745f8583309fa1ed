//! A login: JSON, or the form of an OAuth 2.0 password grant (RFC 6749 §4.3.2).

use axum::extract::{FromRequest, Request};
use serde::Deserialize;
use utoipa::ToSchema;

use super::json::{media_type, parse, read_body, unsupported};
use crate::password::Password;
use crate::problem::Problem;
use crate::state::AppState;

/// What somebody logs in with.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = LoginRequest)]
pub struct LoginInput {
    /// The account's e-mail address; the form calls it `username`.
    #[serde(alias = "username")]
    #[schema(example = "ada@example.com")]
    pub email: String,
    /// The account's password.
    pub password: Password,
}

impl FromRequest<AppState> for LoginInput {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &AppState) -> Result<Self, Problem> {
        match media_type(request.headers()).as_deref() {
            Some("application/json") => parse(&read_body(request).await?),
            Some("application/x-www-form-urlencoded") => parse_form(&read_body(request).await?),
            _ => Err(unsupported(
                "application/json or application/x-www-form-urlencoded",
            )),
        }
    }
}

fn parse_form(body: &[u8]) -> Result<LoginInput, Problem> {
    let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(body).unwrap_or_default();
    let take = |names: &[&str]| {
        let found = fields
            .iter()
            .find(|(name, _)| names.contains(&name.as_str()));
        found.map(|(_, value)| value.clone())
    };
    Ok(LoginInput {
        email: take(&["username", "email"])
            .ok_or_else(|| Problem::invalid_field("username", "is required"))?,
        password: take(&["password"])
            .map(Password::new)
            .ok_or_else(|| Problem::invalid_field("password", "is required"))?,
    })
}
