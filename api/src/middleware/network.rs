//! Which network a request comes from.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use dossier_common::network::Network;

use crate::state::AppState;

/// Middleware: finds out the network of the client, through the proxies that are trusted.
pub async fn identify_network(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    if let Some(ConnectInfo(peer)) = peer {
        let client = state.trusted_proxies.client(peer.ip(), request.headers());
        request.extensions_mut().insert(Network::of(client));
    }
    next.run(request).await
}
