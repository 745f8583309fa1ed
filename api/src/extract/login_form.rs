//! A login: JSON, or the form of an OAuth 2.0 password grant (RFC 6749 §4.3.2).

use std::borrow::Cow;
use std::collections::HashMap;

use axum::extract::{FromRequest, Request};
use mime::Mime;
use percent_encoding::percent_decode;
use secrecy::SecretString;
use serde::Deserialize;
use url::form_urlencoded;
use utoipa::ToSchema;

use super::json::{Json, media_type, read_body, unsupported};
use super::object::parse_object;
use super::shown;
use crate::password::Password;
use crate::problem::{Code, Fails, FieldError, Problem};
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
    /// A code of the account's second factor, or a recovery code. Without it a right password is
    /// answered with `totp_required` where the account has one. An empty one counts as absent.
    #[schema(value_type = Option<String>, example = "123456", max_length = 64)]
    pub totp: Option<SecretString>,
    /// The `device_token` of an earlier log-in with this account, or the `Device-Token` of the answer that
    /// its password was changed or reset.
    #[schema(value_type = Option<String>)]
    pub device_token: Option<SecretString>,
}

/// The form of an OAuth 2.0 password grant.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only describes the form")]
pub struct LoginForm {
    /// The kind of grant: only this one.
    #[schema(required = false, example = "password", pattern = "^(password)?$")]
    grant_type: String,
    /// The account's e-mail address.
    #[schema(format = Email, example = "ada@example.com")]
    username: String,
    /// The account's password.
    #[schema(format = Password)]
    password: String,
    /// A code of the account's second factor, or a recovery code.
    #[schema(required = false, example = "123456", max_length = 64)]
    totp: String,
    /// The `device_token` of an earlier log-in with this account, or the `Device-Token` of the answer that
    /// its password was changed or reset.
    device_token: Option<String>,
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

/// Each parameter is there once or not at all; one without a value counts as omitted (RFC 6749,
/// sections 3.1 and 3.2). Those that nobody here knows are ignored.
fn parse_form(body: &[u8]) -> Result<LoginInput, Problem> {
    // What is true of the whole is true of its parts: separators are ASCII.
    if percent_decode(body).decode_utf8().is_err() {
        return Err(Problem::invalid_field("body", "must be text in UTF-8"));
    }
    let mut fields = HashMap::new();
    let mut errors = Vec::new();
    for (name, value) in form_urlencoded::parse(body).filter(|(_, value)| !value.is_empty()) {
        let name = match &*name {
            "email" => "username".into(),
            _ => name,
        };
        if fields.insert(name.clone(), value).is_some() {
            return Err(Problem::invalid_field(shown(&name), "must be there once"));
        }
    }
    if fields.get("grant_type").is_some_and(|it| it != "password") {
        errors.push(FieldError::new("grant_type", "must be `password`"));
    }
    let totp = fields.remove("totp").map(|it| it.into_owned().into());
    let device_token = fields.remove("device_token").map(Cow::into_owned);
    let mut take = |name: &'static str| {
        let value = fields.remove(name);
        value.map(Cow::into_owned).unwrap_or_else(|| {
            errors.push(FieldError::new(name, "is required"));
            String::new()
        })
    };
    let input = LoginInput {
        email: take("username"),
        password: Password::new(take("password")),
        totp,
        device_token: device_token.map(SecretString::from),
    };
    if errors.is_empty() {
        return Ok(input);
    }
    Err(Problem::invalid_fields(errors))
}
