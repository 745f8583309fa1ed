//! Where operators are listened to.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use tokio::net::{TcpListener, TcpSocket};

use super::router::{OpsState, router};
use crate::Draining;
use crate::server::{self, Limits};
use crate::settings::MetricsAddress;

/// How many connections may wait to be taken; the system may allow fewer. Where one more comes, the
/// client's system asks again a second later: with a queue of 128 that was the longest wait beside
/// 4,200 clients who connected at once (1,027 ms, where others took 4).
const BACKLOG: u32 = 4096;

/// How many ports after the default one are tried.
const PORTS_TO_TRY: u16 = 100;

/// Listens on `address`.
///
/// # Errors
///
/// When that cannot be done; `variable` is named as what to change.
pub async fn listen(address: SocketAddr, variable: &str) -> anyhow::Result<TcpListener> {
    listen_with_backlog(address)
        .with_context(|| format!(
            "cannot listen on {address}: set {variable} to another address, or stop the program that uses this one"
        ))
}

fn listen_with_backlog(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // As the standard library does: an address is free as soon as its program has ended.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
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
