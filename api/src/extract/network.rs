//! The network that a request comes from.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use dossier_common::network::Network;

use crate::problem::{Code, Fails, Problem};
use crate::state::AppState;

/// The network of the client, whose share of what is scarce a request takes.
#[derive(Clone, Copy, Debug)]
pub struct ClientNetwork(pub Network);

impl FromRequestParts<AppState> for ClientNetwork {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Problem> {
        let network = parts.extensions.get::<Network>().copied();
        network.map(Self).ok_or_else(|| {
            tracing::error!("the server does not say where a request comes from");
            Problem::internal()
        })
    }
}

impl Fails for ClientNetwork {
    fn codes() -> Vec<Code> {
        Vec::new()
    }
}
