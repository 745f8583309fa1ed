//! `If-Match` of changes (RFC 9110 §13.1.1): which state of things the caller has seen.

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::header;
use axum::http::request::Parts;
use utoipa::IntoParams;

use crate::problem::{Code, Fails, Problem};

/// The entity tags that a change may be made to. A change without is refused (RFC 6585 §3): it would undo what
/// somebody else changed in the meantime.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IfMatch(Vec<String>);

/// The header of a change.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only describes the header")]
pub struct IfMatchHeader {
    /// The `ETag` of what is changed, as it was seen last; or `*`, whatever there is.
    #[param(rename = "If-Match", required = true, example = "\"v0\"")]
    if_match: String,
}

/// The header of a change that may be made without.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only describes the header")]
pub struct OptionalIfMatchHeader {
    /// The `ETag` of what is changed, as it was seen last: the change is refused if it was changed since.
    #[param(rename = "If-Match", required = false)]
    if_match: String,
}

impl IfMatch {
    /// Whether the change may be made to what has this strong entity tag.
    pub fn admits(&self, etag: &str) -> bool {
        self.0.iter().any(|tag| tag == "*" || tag == etag)
    }
}

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        if !parts.headers.contains_key(header::IF_MATCH) {
            let detail =
                "Please send If-Match with the ETag of what you change: what GET answers has it.";
            return Err(Problem::new(Code::PreconditionRequired, detail));
        }
        let values = parts.headers.get_all(header::IF_MATCH).iter();
        let tags = values
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(|tag| tag.trim().to_owned());
        Ok(Self(tags.collect()))
    }
}

/// Where a change without it is made to whatever there is.
impl<S: Sync> OptionalFromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Problem> {
        if !parts.headers.contains_key(header::IF_MATCH) {
            return Ok(None);
        }
        <Self as FromRequestParts<S>>::from_request_parts(parts, state)
            .await
            .map(Some)
    }
}

impl Fails for IfMatch {
    fn codes() -> Vec<Code> {
        vec![Code::PreconditionRequired, Code::PreconditionFailed]
    }
}
