//! A login: JSON, or the form of an OAuth 2.0 password grant (RFC 6749 §4.3.2).

use axum::extract::{FromRequest, Request};
use mime::Mime;
use serde::Deserialize;
use utoipa::ToSchema;

use super::json::{Json, media_type, read_body, unsupported};
use super::object::parse_object;
use crate::password::Password;
use crate::problem::{Code, Fails, Problem};
use crate::state::AppState;

/// What somebody logs in with.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = LoginRequest)]
pub struct LoginInput {
    /// The account's e-mail address.
    #[serde(alias = "username")]
    #[schema(format = Email, example = "ada@example.com")]
    pub email: String,
    /// The account's password.
    #[schema(value_type = String, format = Password)]
    pub password: Password,
}

/// The form of an OAuth 2.0 password grant.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only describes the form")]
pub struct LoginForm {
    /// The kind of grant.
    #[schema(required = false, example = "password")]
    grant_type: String,
    /// The account's e-mail address.
    #[schema(format = Email, example = "ada@example.com")]
    username: String,
    /// The account's password.
    #[schema(format = Password)]
    password: String,
}

impl Fails for LoginInput {
    fn codes() -> Vec<Code> {
        Json::<Self>::codes()
    }
}

impl FromRequest<AppState> for LoginInput {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &AppState) -> Result<Self, Problem> {
        let media_type = media_type(request.headers());
        match media_type.as_ref().map(Mime::essence_str) {
            Some("application/json") => parse_object(&read_body(request).await?),
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
