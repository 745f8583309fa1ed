//! Of which queue something is listed.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use utoipa::IntoParams;

use super::known_queue::known_queue;
use super::query::read_query;
use crate::problem::{Code, Fails, Problem};
use crate::state::AppState;

/// A queue, or all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueQuery(pub Option<String>);

/// The parameter of a list that can be of one queue.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes the parameter")]
pub struct QueueParameters {
    /// Of this queue alone.
    #[param(example = "send-email")]
    queue: Option<String>,
}

impl FromRequestParts<AppState> for QueueQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let [queue] = read_query(&parts.uri, ["queue"])?;
        let mut errors = Vec::new();
        let queue = known_queue(&state.store, &mut errors, queue).await?;
        if !errors.is_empty() {
            return Err(Problem::invalid_fields(errors));
        }
        Ok(Self(queue))
    }
}

impl Fails for QueueQuery {
    fn codes() -> Vec<Code> {
        vec![Code::InvalidFields]
    }
}
