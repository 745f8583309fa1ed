//! Errors as clients see them: RFC 9457 problem details with a stable code.

mod code;
mod convert;
mod describe;
mod page;
mod render;

pub use code::Code;
pub(crate) use describe::rate_limit_headers;
pub use describe::{Fails, HeadProblems, Problems, add_problem_components};
pub use render::render;

use std::borrow::Cow;
use std::time::Duration;

use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::rate_limit::RateLimit;

/// When a client may try again what could not be done.
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// One field that breaks its rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// The field, as in the request.
    pub field: Cow<'static, str>,
    /// The rule it breaks.
    pub message: Cow<'static, str>,
}

impl FieldError {
    /// `field` breaks the rule `message`.
    pub fn new(field: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            field: field.into(),
            message: message.into(),
        }
    }
}

/// A problem on the wire.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemResponse<'a> {
    /// Where the code is explained.
    #[schema(format = UriReference, example = "/docs/problems#invalid_fields")]
    r#type: String,
    /// The code in words.
    #[schema(example = "Some fields are not valid")]
    title: &'static str,
    /// The HTTP status.
    #[schema(example = 422, minimum = 400, maximum = 599)]
    status: u16,
    /// What to do next.
    #[schema(example = "Please correct: email.")]
    detail: &'a str,
    /// The stable code.
    #[schema(example = "invalid_fields")]
    code: Code,
    /// What to tell the operator.
    #[schema(required, example = "01JD3Y5T6ZQ8R9WABCDEFGHJKM")]
    request_id: Option<&'a str>,
    /// The fields that break their rules, if that is the problem.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(required = false)]
    errors: &'a [FieldError],
}

/// An error on its way to a client. The body is written by [`render`], which knows the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    code: Code,
    detail: Cow<'static, str>,
    errors: Vec<FieldError>,
    closes_connection: bool,
    retry_after: Option<Duration>,
    rate_limit: Option<Box<RateLimit>>,
    etag: Option<Box<str>>,
}

impl Problem {
    /// A problem of the kind `code`; `detail` says what to do next.
    pub fn new(code: Code, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            detail: detail.into(),
            errors: Vec::new(),
            closes_connection: false,
            retry_after: None,
            rate_limit: None,
            etag: None,
        }
    }

    /// It cannot be done right now; the client may try again in two seconds (`Retry-After`).
    pub fn unavailable(detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            retry_after: Some(RETRY_AFTER),
            ..Self::new(Code::Unavailable, detail)
        }
    }

    /// Another request is busy with it; the client may try again in two seconds.
    pub fn locked(detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            retry_after: Some(RETRY_AFTER),
            ..Self::new(Code::Locked, detail)
        }
    }

    /// Too many requests; the client may try again after `wait`.
    pub fn rate_limited(wait: Duration, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            retry_after: Some(wait.max(Duration::from_secs(1))),
            ..Self::new(Code::RateLimited, detail)
        }
    }

    /// Another request that does the same is under way; the client may try again after `wait`.
    pub fn under_way(wait: Duration, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            retry_after: Some(wait),
            ..Self::new(Code::Conflict, detail)
        }
    }

    /// Fields that break their rules.
    pub fn invalid_fields(errors: Vec<FieldError>) -> Self {
        let fields: Vec<&str> = errors.iter().map(|error| &*error.field).collect();
        let detail = format!("Please correct: {}.", fields.join(", "));
        Self {
            errors,
            ..Self::new(Code::InvalidFields, detail)
        }
    }

    /// One field that breaks its rule.
    pub fn invalid_field(
        field: impl Into<Cow<'static, str>>,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::invalid_fields(vec![FieldError::new(field, message)])
    }

    /// Nothing the caller may know of is there.
    pub fn not_found() -> Self {
        Self::new(Code::NotFound, "There is nothing here that you may see.")
    }

    /// The service failed; whoever builds this has logged the reason.
    pub fn internal() -> Self {
        Self::new(
            Code::Internal,
            "Something went wrong on our side. Please try again; if it stays, tell the operator the request id.",
        )
    }

    /// The same, and the connection is closed after it: the rest of the request is not wanted.
    #[must_use]
    pub fn closing_connection(mut self) -> Self {
        self.closes_connection = true;
        self
    }

    /// The same, about the limit that was reached.
    #[must_use]
    pub fn with_rate_limit(mut self, limit: RateLimit) -> Self {
        self.retry_after = Some(limit.retry_after());
        self.rate_limit = Some(Box::new(limit));
        self
    }

    /// The same, about something that has this entity tag now.
    #[must_use]
    pub fn with_etag(mut self, etag: String) -> Self {
        self.etag = Some(etag.into());
        self
    }

    /// The limit that was reached, if that is the problem.
    pub(crate) fn rate_limit(&self) -> Option<RateLimit> {
        self.rate_limit.as_deref().copied()
    }

    /// When the client may try again; every 503 and 429 says so.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        let passes = matches!(self.code, Code::Unavailable | Code::RateLimited);
        self.retry_after.or(passes.then_some(RETRY_AFTER))
    }

    /// Whether the connection is closed after it.
    pub(crate) fn closes_connection(&self) -> bool {
        self.closes_connection
    }

    /// What to do next, for pages.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    /// The fields that break their rules, for pages.
    pub(crate) fn errors(&self) -> &[FieldError] {
        &self.errors
    }

    /// The rule that a field breaks, for pages.
    pub(crate) fn rule_of(&self, field: &str) -> Option<&str> {
        let found = self.errors.iter().find(|error| error.field == field);
        found.map(|error| &*error.message)
    }

    /// What kind of problem it is.
    pub fn code(&self) -> Code {
        self.code
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.code.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}
