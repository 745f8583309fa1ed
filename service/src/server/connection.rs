//! One connection.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, Request, StatusCode, header};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::Watcher;
use tokio::net::TcpStream;
use tower::ServiceExt;

use super::fate::Fates;
use super::gate::{Gate, Refused};
use super::{Limits, Refusal, reserve};
use crate::Draining;

/// What a connection may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// Every route, as often as the client likes.
    Everything,
    /// One health check.
    HealthOnly,
}

/// What serves a connection.
#[derive(Clone, Debug)]
pub(super) struct Connection {
    pub(super) router: Router,
    pub(super) peer: SocketAddr,
    pub(super) scope: Scope,
    pub(super) limits: Limits,
    pub(super) draining: Draining,
}

impl Connection {
    /// Serves `stream` to its end, or until `watcher` ends it between two requests.
    pub(super) async fn serve(self, stream: TcpStream, watcher: Watcher) {
        // Answers are small and awaited: they must not wait for more to be sent with them.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "cannot switch off Nagle's algorithm");
        }
        let head_timeout = match self.scope {
            Scope::Everything => self.limits.head_timeout,
            Scope::HealthOnly => reserve::HEAD_TIMEOUT,
        };
        let gate = Gate::new(stream, self.limits.write_timeout);
        let (fates, broken) = (Fates::new(), gate.broken());
        let exchange = Arc::new(Exchange {
            connection: self,
            refused: gate.refused(),
            fates: fates.clone(),
            requests: AtomicU64::new(0),
        });
        let service = service_fn(move |request| exchange.clone().answer(request));
        let mut server = http1::Builder::new();
        server
            .timer(TokioTimer::new())
            .header_read_timeout(head_timeout);
        let connection = server.serve_connection(TokioIo::new(gate), service);
        let served = watcher.watch(connection).await;
        fates.end(!broken.is_set());
        if let Err(error) = served {
            tracing::debug!(%error, "a connection broke off");
        }
    }
}

/// The requests of one connection.
struct Exchange {
    connection: Connection,
    refused: Refused,
    fates: Fates,
    /// How many requests there were.
    requests: AtomicU64,
}

impl Exchange {
    async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Result<Response, Infallible> {
        let mut request = request.map(Body::new);
        let peer = ConnectInfo(self.connection.peer);
        request.extensions_mut().insert(peer);
        request.extensions_mut().insert(self.fates.next());
        let refusal = self.refusal_of(&request);
        if let Some(refusal) = refusal {
            request.extensions_mut().insert(refusal);
        }
        let router = self.connection.router.clone();
        let Ok(mut response) = router.oneshot(request).await;
        // While others take this process's place its clients shall connect to one of them.
        let is_last = refusal.is_some()
            || self.connection.scope == Scope::HealthOnly
            || self.connection.draining.has_begun();
        let status = response.status();
        let headers = response.headers_mut();
        if is_last {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        if matches!(status, StatusCode::NOT_MODIFIED | StatusCode::NO_CONTENT) {
            // axum tells the length of the empty body, which is not that of the representation.
            headers.remove(header::CONTENT_LENGTH);
        }
        Ok(response)
    }

    fn refusal_of(&self, request: &Request<Body>) -> Option<Refusal> {
        let request_number = self.requests.fetch_add(1, Ordering::Relaxed);
        let by_gate = self.refused.refusal_of(request_number);
        by_gate.or_else(|| {
            let is_health = reserve::HEALTH_PATHS.contains(&request.uri().path());
            let is_served = self.connection.scope == Scope::Everything || is_health;
            (!is_served).then_some(Refusal::Busy)
        })
    }
}
