//! The form of a page that asks for a password.

use axum::extract::{FromRequest, Request};
use url::form_urlencoded;

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
        let mut fields = form_urlencoded::parse(&body);
        let password = fields.find(|(name, value)| name == "password" && !value.is_empty());
        Ok(Self(
            password.map(|(_, value)| Password::new(value.into_owned())),
        ))
    }
}
