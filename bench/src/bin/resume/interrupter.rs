//! A proxy on which the first connections break.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::io::{AsyncReadExt, copy};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;

/// How much of an answer is on its way at most when a connection breaks, in each of two buffers.
const BUFFER_BYTES: u32 = 64 * 1024;

/// A proxy before a server; it ends when this is dropped.
pub(crate) struct Interrupter {
    address: SocketAddr,
    broken: Arc<AtomicU32>,
    accepting: JoinHandle<()>,
}

impl Interrupter {
    /// Before the server at `target`: each of the first `interruptions` connections breaks after `bytes` of answers.
    pub(crate) async fn before(
        target: SocketAddr,
        interruptions: u32,
        bytes: u64,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let broken = Arc::new(AtomicU32::new(0));
        let seen = broken.clone();
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let breaks = (seen.load(Ordering::SeqCst) < interruptions).then_some(bytes);
                tokio::spawn(pass(client, target, breaks, seen.clone()));
            }
        });
        Ok(Self {
            address,
            broken,
            accepting,
        })
    }

    /// Where it listens.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many connections it broke.
    pub(crate) fn broken(&self) -> u32 {
        self.broken.load(Ordering::SeqCst)
    }
}

impl Drop for Interrupter {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn pass(client: TcpStream, target: SocketAddr, breaks: Option<u64>, broken: Arc<AtomicU32>) {
    let Ok(server) = connect(target).await else {
        return;
    };
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let asking = tokio::spawn(async move {
        let _ = copy(&mut from_client, &mut to_server).await;
    });
    // What fails here is what a network does.
    match breaks {
        Some(most) => {
            let passed = copy(&mut from_server.take(most), &mut to_client).await;
            if passed.is_ok_and(|passed| passed == most) {
                broken.fetch_add(1, Ordering::SeqCst);
            }
        }
        None => {
            let _ = copy(&mut from_server, &mut to_client).await;
        }
    }
    asking.abort();
}

async fn connect(target: SocketAddr) -> io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(BUFFER_BYTES)?;
    socket.connect(target).await
}
