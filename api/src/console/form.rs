//! What was entered into a page's form.

use std::collections::BTreeMap;

use axum::extract::{FromRequest, Request};
use mime::Mime;
use minijinja::Value;
use url::form_urlencoded;

use crate::extract::{media_type, read_body, unsupported};
use crate::password::Password;
use crate::problem::Problem;
use crate::state::AppState;

const MEDIA_TYPE: &str = "application/x-www-form-urlencoded";

/// The fields of a form, in their order; its token was looked at before.
pub struct Form(Vec<(String, String)>);

/// Shows nothing that was entered.
impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Form(…)")
    }
}

impl Form {
    /// What was entered in a field, without the space around it; nothing when that is empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        let text = self.raw(name).map(str::trim);
        text.filter(|text| !text.is_empty())
    }

    /// What was entered in a field, as it came.
    pub fn raw(&self, name: &str) -> Option<&str> {
        let mut fields = self.0.iter();
        let field = fields.find(|(found, _)| found == name);
        field.map(|(_, value)| value.as_str())
    }

    /// What was entered in each field of this name, without what is empty.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let fields = self.0.iter().filter(|(found, _)| found == name);
        let texts = fields.map(|(_, value)| value.trim());
        texts.filter(|text| !text.is_empty()).collect()
    }

    /// A password that was entered, with every space.
    pub fn secret(&self, name: &str) -> Option<Password> {
        let text = self.raw(name).filter(|text| !text.is_empty());
        text.map(|text| Password::new(text.to_owned()))
    }

    /// What the form is filled with again: no secret.
    pub fn values(&self) -> Value {
        let shown = self.0.iter().filter(|(name, _)| !is_secret(name)).rev();
        // Of fields with one name the first counts, as in `get`.
        let shown: BTreeMap<String, String> = shown
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        Value::from(shown)
    }
}

fn is_secret(name: &str) -> bool {
    name.contains("password") || matches!(name, "code" | "csrf")
}

impl FromRequest<AppState> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &AppState) -> Result<Self, Problem> {
        let media_type = media_type(request.headers());
        let body = read_body(request).await?;
        let is_form = media_type.as_ref().map(Mime::essence_str) == Some(MEDIA_TYPE);
        // A button without fields may be pressed by a script, which sends no body.
        if !is_form && !body.is_empty() {
            return Err(unsupported(MEDIA_TYPE));
        }
        Ok(Self(form_urlencoded::parse(&body).into_owned().collect()))
    }
}
