//! The form with which mails are stopped.

use axum::extract::{FromRequest, Request};
use url::form_urlencoded;

use super::json::{media_type, read_body};
use crate::problem::Problem;
use crate::state::AppState;

const FIELD: &str = "List-Unsubscribe";
const VALUE: &str = "One-Click";

/// The form of RFC 8058 §3.2, `List-Unsubscribe=One-Click`, as a mail program sends it without asking its
/// reader, URL-encoded or multipart; the button of the page sends the same. Nothing else stops mails: mail
/// scanners follow links.
#[derive(Clone, Copy, Debug)]
pub struct OneClick;

impl FromRequest<AppState> for OneClick {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &AppState) -> Result<Self, Problem> {
        let is_multipart =
            media_type(request.headers()).is_some_and(|it| it.type_() == mime::MULTIPART);
        let body = read_body(request).await?;
        let is_asked = match is_multipart {
            true => {
                let text = String::from_utf8_lossy(&body);
                text.contains(FIELD) && text.contains(VALUE)
            }
            false => form_urlencoded::parse(&body).any(|(name, it)| name == FIELD && it == VALUE),
        };
        let missing = || Problem::invalid_field(FIELD, "must be One-Click (RFC 8058)");
        is_asked.then_some(Self).ok_or_else(missing)
    }
}
