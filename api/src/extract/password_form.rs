//! The form of a page that asks for a password.

use axum::extract::{FromRequest, Request};

use super::json::read_body;
use crate::password::Password;
use crate::problem::Problem;
use crate::state::AppState;

/// The password from a page's form, if there is one that is not empty.
#[derive(Debug)]
pub struct PasswordForm(pub Option<Password>);

impl FromRequest<AppState> for PasswordForm {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &AppState) -> Result<Self, Problem> {
        let body = read_body(request).await?;
        let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(&body).unwrap_or_default();
        let mut passwords = fields.into_iter().filter(|(name, _)| name == "password");
        let password = passwords.next().map(|(_, value)| value);
        let password = password.filter(|value| !value.is_empty());
        Ok(Self(password.map(Password::new)))
    }
}
