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

/// The pause after the operating system refused a connection (out of file descriptors, say).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves `router` on `listener` until `stop` resolves, then lets requests under way end for up
/// to `grace`. Returns whether all of them did.
///
/// A request carries the other end of its connection in its extensions, as
/// [`ConnectInfo<SocketAddr>`](axum::extract::ConnectInfo). The router answers requests that carry a
/// [`Refusal`](super::Refusal) in its own shape.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    stop: impl Future<Output = ()>,
    grace: Duration,
) -> bool {
    let mut server = Server {
        router,
        limits,
        admission: Admission::new(&limits),
        reserve: Reserve::default(),
        graceful: GracefulShutdown::new(),
    };
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
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
    timeout(grace, server.graceful.shutdown()).await.is_ok()
}

struct Server {
    router: Router,
    limits: Limits,
    admission: Admission,
    reserve: Reserve,
    graceful: GracefulShutdown,
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
