//! The version of the protocol that resumable uploads speak.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use crate::problem::{Code, Fails, Problem};

/// The version of tus that is spoken here, the only one there is.
pub const TUS_VERSION: &str = "1.0.0";

/// The request speaks tus 1.0.0, and says so in `Tus-Resumable`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TusVersion;

impl<S: Sync> FromRequestParts<S> for TusVersion {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let spoken = parts.headers.get("tus-resumable");
        if spoken.is_some_and(|version| version == TUS_VERSION) {
            return Ok(Self);
        }
        let detail = "Please speak tus 1.0.0, and say so: Tus-Resumable: 1.0.0.";
        let problem = Problem::new(Code::PreconditionFailed, detail);
        Err(([("tus-version", TUS_VERSION)], problem).into_response())
    }
}

impl Fails for TusVersion {
    fn codes() -> Vec<Code> {
        vec![Code::PreconditionFailed]
    }
}
