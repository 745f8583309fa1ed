//! Where a request comes from, and its name.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::ClientNetwork;
use crate::origin::Origin;
use crate::problem::{Code, Fails, Problem};
use crate::request_id::RequestId;
use crate::state::AppState;

impl FromRequestParts<AppState> for Origin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let ClientNetwork(network) = ClientNetwork::from_request_parts(parts, state).await?;
        let request_id = parts.extensions.get::<RequestId>().cloned();
        let request_id = request_id.ok_or_else(|| {
            tracing::error!("the server has given a request no name");
            Problem::internal()
        })?;
        Ok(Self {
            network,
            request_id,
        })
    }
}

impl Fails for Origin {
    fn codes() -> Vec<Code> {
        ClientNetwork::codes()
    }
}
