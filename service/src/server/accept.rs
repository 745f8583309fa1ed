//! Accepting connections until the process is told to stop.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use hyper_util::server::graceful::GracefulShutdown;
use metrics::counter;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use super::Limits;
use super::admission::Admission;
use super::connection::{Connection, Scope};
use super::reserve::{self, Reserve};
use crate::Draining;

/// The pause after the operating system refused a connection (out of file descriptors, say).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// At most so long before the end requests under way are given up, so that their answers arrive.
const LAST_ANSWERS: Duration = Duration::from_secs(1);

/// Serves `router` on `listener` until `draining` is stopping, then lets requests under way end for up
/// to `grace`. Returns whether all of them did.
///
/// A request carries the other end of its connection in its extensions, as
/// [`ConnectInfo<SocketAddr>`](axum::extract::ConnectInfo). The router answers requests that carry a
/// [`Refusal`](super::Refusal) in its own shape, and those under way once `draining` gives up, which
/// is shortly before the end of `grace`.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    draining: Draining,
    grace: Duration,
) -> bool {
    let mut server = Server {
        router,
        limits,
        admission: Admission::new(&limits),
        reserve: Reserve::default(),
        graceful: GracefulShutdown::new(),
        draining: draining.clone(),
    };
    let mut stopping = std::pin::pin!(draining.stopping());
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stopping => break,
        };
        match accepted {
            Ok((stream, peer)) => server.take(stream, peer),
            Err(error) if is_connection_error(&error) => {}
            Err(error) => {
                tracing::error!(%error, "cannot accept connections; trying again");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    let last_answers = LAST_ANSWERS.min(grace / 2);
    let mut ending = std::pin::pin!(server.graceful.shutdown());
    let ended = timeout(grace - last_answers, &mut ending).await;
    if ended.is_err() {
        draining.give_up();
        let _ = timeout(last_answers, ending).await;
    }
    ended.is_ok()
}

struct Server {
    router: Router,
    limits: Limits,
    admission: Admission,
    reserve: Reserve,
    graceful: GracefulShutdown,
    draining: Draining,
}

impl Server {
    fn take(&mut self, stream: TcpStream, peer: SocketAddr) {
        let place = self.admission.admit(peer.ip());
        let scope = match place {
            Some(_) => Scope::Everything,
            None => Scope::HealthOnly,
        };
        let connection = Connection {
            router: self.router.clone(),
            peer,
            scope,
            limits: self.limits,
            draining: self.draining.clone(),
        };
        let served = connection.serve(stream, self.graceful.watcher());
        match place {
            Some(place) => {
                tokio::spawn(async move {
                    served.await;
                    drop(place);
                });
            }
            None => {
                counter!("dossier_http_connections_over_limit_total").increment(1);
                let served = tokio::spawn(timeout(reserve::LIFETIME, served));
                self.reserve.admit(served.abort_handle());
            }
        }
    }
}

/// Whether only the connection being accepted is affected.
fn is_connection_error(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}
