//! Where operators are listened to.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use tokio::net::TcpListener;

use super::router::{OpsState, router};
use crate::Draining;
use crate::server::{self, Limits};
use crate::settings::MetricsAddress;

/// How many ports after the default one are tried.
const PORTS_TO_TRY: u16 = 100;

/// Listens on `address`.
///
/// # Errors
///
/// When that cannot be done; `variable` is named as what to change.
pub async fn listen(address: SocketAddr, variable: &str) -> anyhow::Result<TcpListener> {
    let listening = TcpListener::bind(address).await;
    listening
        .with_context(|| format!(
            "cannot listen on {address}: set {variable} to another address, or stop the program that uses this one"
        ))
}

/// Listens on the given address; where none is given, on the first port from the default one on that
/// is free.
pub(crate) async fn listen_for_operators(wanted: MetricsAddress) -> anyhow::Result<TcpListener> {
    let MetricsAddress { address, is_given } = wanted;
    if is_given {
        return listen(address, "METRICS_ADDR").await;
    }
    let last = address.port().saturating_add(PORTS_TO_TRY);
    for port in address.port()..last {
        match TcpListener::bind((address.ip(), port)).await {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                tracing::info!(port, "the port for metrics is taken; trying the next one");
            }
            listening => return listening.context("listen for operators"),
        }
    }
    listen(address, "METRICS_ADDR").await
}

/// Serves operators until the process ends.
pub(crate) async fn serve(listener: TcpListener, state: OpsState) {
    // Never told to stop: operators are answered to the end.
    let draining = Draining::default();
    let limits = Limits::default();
    server::serve(listener, router(state), limits, draining, Duration::ZERO).await;
}
