//! A stream that is lent to lettre until encryption begins: lettre does not give back what it has got.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::limited_stream::LimitedStream;

/// A stream to the mail server. Clones are one and the same.
#[derive(Clone, Debug)]
pub(super) struct LentStream(Arc<Mutex<LimitedStream>>);

impl LentStream {
    pub(super) fn new(stream: LimitedStream) -> Self {
        Self(Arc::new(Mutex::new(stream)))
    }

    fn stream(&self) -> MutexGuard<'_, LimitedStream> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AsyncRead for LentStream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut stream = self.stream();
        Pin::new(&mut *stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for LentStream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut stream = self.stream();
        Pin::new(&mut *stream).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut stream = self.stream();
        Pin::new(&mut *stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut stream = self.stream();
        Pin::new(&mut *stream).poll_shutdown(cx)
    }
}

impl AsyncTokioStream for LentStream {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream().peer_addr()
    }
}
