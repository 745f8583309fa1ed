//! The forms of pages.

use axum::extract::{FromRequest, Request};
use url::form_urlencoded;

use super::json::read_body;
use crate::password::Password;
use crate::problem::Problem;
use crate::state::AppState;

/// What was entered into a page's form; fields that are empty count as absent.
#[derive(Debug, Default)]
pub struct PageForm {
    /// An e-mail address.
    pub email: Option<String>,
    /// What the person wants to be called.
    pub name: Option<String>,
    /// A password.
    pub password: Option<Password>,
}

impl PageForm {
    /// The password that was entered. Without one nothing is tried: mail scanners press buttons, too.
    ///
    /// # Errors
    ///
    /// [`Problem`] when there is none.
    pub fn into_password(self) -> Result<Password, Problem> {
        let none = || Problem::invalid_field("password", "must not be empty");
        self.password.ok_or_else(none)
    }
}

impl FromRequest<AppState> for PageForm {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &AppState) -> Result<Self, Problem> {
        let body = read_body(request).await?;
        let mut form = Self::default();
        for (name, value) in form_urlencoded::parse(&body) {
            if value.trim().is_empty() && name != "password" || value.is_empty() {
                continue;
            }
            match &*name {
                "email" => form.email = Some(value.into_owned()),
                "name" => form.name = Some(value.into_owned()),
                "password" => form.password = Some(Password::new(value.into_owned())),
                _ => {}
            }
        }
        Ok(form)
    }
}
