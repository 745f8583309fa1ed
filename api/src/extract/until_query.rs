//! How long a stream of events of a document goes on.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use utoipa::IntoParams;

use super::query::read_query;
use crate::problem::{Code, Fails, Problem};

/// How long the events of a document go on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Until {
    /// Until there is a verdict, or nobody will come to one by itself.
    #[default]
    Final,
    /// Until the caller may not see the document any more.
    Gone,
}

/// The parameter.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes the parameter")]
pub struct UntilParameter {
    /// `final`, if nothing is said: the events end with the first state that lasts. `gone`: they go on with every change
    /// until the caller may not see the document any more.
    #[param(pattern = "^(final|gone)$")]
    until: Option<String>,
}

impl<S: Sync> FromRequestParts<S> for Until {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let [until] = read_query(&parts.uri, ["until"])?;
        match until.as_deref() {
            None | Some("final") => Ok(Self::Final),
            Some("gone") => Ok(Self::Gone),
            Some(_) => Err(Problem::invalid_field("until", "must be final or gone")),
        }
    }
}

impl Fails for Until {
    fn codes() -> Vec<Code> {
        vec![Code::InvalidFields]
    }
}
