//! A proxy in front of a server that can be closed for a while.

use std::net::Ipv4Addr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A proxy in front of a server.
pub(crate) struct Proxy {
    port: u16,
    is_open: watch::Sender<bool>,
}

impl Proxy {
    /// An open proxy to the server on `target`.
    pub(crate) async fn start(target: u16) -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let (is_open, door) = watch::channel(true);
        tokio::spawn(async move {
            while let Ok((visitor, _)) = listener.accept().await {
                if *door.borrow() {
                    tokio::spawn(lead(visitor, target, door.clone()));
                }
            }
        });
        Ok(Self { port, is_open })
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Throws everyone out and lets nobody in for a while.
    pub(crate) async fn shut(&self, duration: Duration) {
        self.is_open.send_replace(false);
        tokio::time::sleep(duration).await;
        self.is_open.send_replace(true);
    }
}

async fn lead(mut visitor: TcpStream, target: u16, mut door: watch::Receiver<bool>) {
    let Ok(mut server) = TcpStream::connect((Ipv4Addr::LOCALHOST, target)).await else {
        return;
    };
    // How a conversation ends is the business of those who have it.
    tokio::select! {
        _ = tokio::io::copy_bidirectional(&mut visitor, &mut server) => {}
        _ = door.wait_for(|is_open| !is_open) => {}
    }
}
