//! The listening socket, closed while the server is down.

use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::behaviour::Mode;
use super::session;
use super::state::SmtpState;

/// Takes connections for ever; while the behaviour is `down`, the port is closed.
pub(super) async fn listen(mut listener: TcpListener, mut state: SmtpState) -> io::Result<()> {
    let port = listener.local_addr()?.port();
    loop {
        accept_until_down(&listener, &mut state).await;
        drop(listener);
        let back = state
            .behaviour
            .wait_for(|behaviour| behaviour.mode != Mode::Down);
        if back.await.is_err() {
            return Ok(());
        }
        listener = reopen(port).await;
    }
}

async fn accept_until_down(listener: &TcpListener, state: &mut SmtpState) {
    let mut sessions = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = state.behaviour.wait_for(|behaviour| behaviour.mode == Mode::Down) => return,
        };
        while sessions.try_join_next().is_some() {}
        match accepted {
            Ok((stream, peer)) => {
                sessions.spawn(session::serve(stream, peer.ip(), state.clone()));
            }
            // Out of file descriptors, most likely; some session will end.
            Err(error) => {
                tracing::warn!(%error, "could not accept a connection that brings mail");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

/// Opens the old port again, however long somebody else holds it.
async fn reopen(port: u16) -> TcpListener {
    loop {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
            Ok(listener) => return listener,
            Err(error) => {
                tracing::warn!(%error, port, "the mail port is taken");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}
