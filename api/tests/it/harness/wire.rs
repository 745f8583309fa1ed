//! The service behind a real socket, for what the wire itself promises.

use std::net::SocketAddr;
use std::time::Duration;

use dossier_service::server::{Limits, serve};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use super::App;

/// How long requests may take to end once the service is stopping.
const GRACE: Duration = Duration::from_secs(1);

/// A listening service; it ends with the test's runtime, or when the application is stopping.
pub(crate) struct Wire(SocketAddr);

impl Wire {
    pub(crate) async fn serve(app: &App) -> Self {
        Self::serve_within(app, Limits::default()).await
    }

    pub(crate) async fn serve_within(app: &App, limits: Limits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (router, draining) = (app.router.clone(), app.state.draining.clone());
        tokio::spawn(async move { serve(listener, router, limits, draining, GRACE).await });
        Self(address)
    }

    pub(crate) fn at(address: &str) -> Self {
        Self(address.parse().expect("an address"))
    }

    /// A connection on which nothing was sent.
    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.0).await.expect("it listens")
    }

    /// A connection that takes little before it is read from.
    pub(crate) async fn connect_narrow(&self) -> TcpStream {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(64 * 1024).expect("a size");
        socket.connect(self.0).await.expect("it listens")
    }

    /// A connection on which `text` was sent.
    pub(crate) async fn send(&self, text: &str) -> TcpStream {
        let mut stream = self.connect().await;
        stream.write_all(text.as_bytes()).await.expect("it reads");
        stream
    }

    /// Sends a whole request and reads until the connection is closed.
    pub(crate) async fn exchange(&self, head: &str, body: &[u8]) -> String {
        let length = body.len();
        let head = format!(
            "{head}\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
        );
        let mut stream = self.send(&head).await;
        stream.write_all(body).await.expect("it reads");
        read_to_end(&mut stream).await
    }
}

/// Everything until the connection is closed.
pub(crate) async fn read_to_end(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut answer = Vec::new();
    let reading = stream.read_to_end(&mut answer);
    let read = tokio::time::timeout(super::PATIENCE, reading).await;
    read.expect("it closes in time").expect("it can be read");
    String::from_utf8_lossy(&answer).into_owned()
}
