//! The bytes to and from the mail server, within limits of ours.

use std::io::{self, Error, ErrorKind};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

use super::deadline::Deadline;

/// More than a TLS handshake or a reply has. A line that never ends would fill the memory.
const MAX_REPLY_BYTES: usize = 256 * 1024;

/// A TCP stream that is waited for until its deadline, and whose peer may say so much at a time.
#[derive(Debug)]
pub(super) struct LimitedStream {
    stream: TcpStream,
    deadline: Deadline,
    /// Runs while the peer is waited for.
    timer: Option<Pin<Box<Sleep>>>,
    is_writing: bool,
    /// Since we wrote last.
    received: usize,
}

impl LimitedStream {
    pub(super) fn new(stream: TcpStream, deadline: Deadline) -> Self {
        Self {
            stream,
            deadline,
            timer: None,
            is_writing: false,
            received: 0,
        }
    }

    /// The other direction begins.
    fn turn(&mut self, is_writing: bool) {
        if self.is_writing != is_writing {
            self.is_writing = is_writing;
            self.received = 0;
        }
    }

    /// An error once the deadline has passed: a peer that is always ready is never waited for.
    fn check_deadline(&self) -> io::Result<()> {
        match Instant::now() < self.deadline.at() {
            true => Ok(()),
            false => Err(self.deadline.error()),
        }
    }

    /// Pending until the deadline, then an error.
    fn poll_deadline<T>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        let end = self.deadline.at();
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(end)));
        if timer.deadline() != end {
            timer.as_mut().reset(end);
        }
        ready!(timer.as_mut().poll(cx));
        Poll::Ready(Err(self.deadline.error()))
    }
}

impl AsyncRead for LimitedStream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.turn(false);
        if this.received > 0 {
            // An answer that lies there is read; what follows it in time is no reason to go on.
            this.check_deadline()?;
        }
        let before = buffer.filled().len();
        match Pin::new(&mut this.stream).poll_read(cx, buffer) {
            Poll::Ready(Ok(())) => {}
            Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
            Poll::Pending => return this.poll_deadline(cx),
        }
        this.received += buffer.filled().len() - before;
        if this.received > MAX_REPLY_BYTES {
            let text = format!("the mail server's answer has more than {MAX_REPLY_BYTES} bytes");
            return Poll::Ready(Err(Error::new(ErrorKind::InvalidData, text)));
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for LimitedStream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.turn(true);
        this.check_deadline()?;
        match Pin::new(&mut this.stream).poll_write(cx, bytes) {
            Poll::Ready(written) => Poll::Ready(written),
            Poll::Pending => this.poll_deadline(cx),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

impl AsyncTokioStream for LimitedStream {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }
}
