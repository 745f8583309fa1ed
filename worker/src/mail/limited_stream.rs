//! The bytes to and from the mail server, within limits of ours.

use std::io::{self, Error, ErrorKind};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

/// More than a reply or a TLS handshake has. A line that never ends would fill the memory.
const MAX_REPLY_BYTES: usize = 256 * 1024;

/// How long the answer to a QUIT is waited for. lettre says QUIT after a refusal and waits for the
/// answer before it tells of the refusal.
const GOODBYE_LIMIT: Duration = Duration::from_secs(2);
const QUIT: &[u8] = b"QUIT\r\n";

/// Until when the server may be waited for. Clones are one and the same.
#[derive(Clone, Debug)]
pub(super) struct Deadline {
    time_limit: Duration,
    at: Arc<Mutex<Instant>>,
}

impl Deadline {
    /// In `time_limit` from now.
    pub(super) fn after(time_limit: Duration) -> Self {
        let at = Arc::new(Mutex::new(Instant::now() + time_limit));
        Self { time_limit, at }
    }

    /// Begins the time anew, for another mail.
    pub(super) fn restart(&self) {
        let mut at = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        *at = Instant::now() + self.time_limit;
    }

    fn at(&self) -> Instant {
        *self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A TCP stream that is waited for until its deadline, and whose peer may say so much at a time.
#[derive(Debug)]
pub(super) struct LimitedStream {
    stream: TcpStream,
    deadline: Deadline,
    /// Runs while the peer is waited for.
    timer: Option<Pin<Box<Sleep>>>,
    is_writing: bool,
    is_goodbye: bool,
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
            is_goodbye: false,
            received: 0,
        }
    }

    /// The other direction begins, and with it another wait.
    fn turn(&mut self, is_writing: bool) {
        if self.is_writing != is_writing {
            self.is_writing = is_writing;
            self.timer = None;
            self.received = 0;
        }
    }

    /// Pending until the deadline, then an error.
    fn poll_deadline<T>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        let deadline = self.deadline.at();
        let end = match self.is_goodbye {
            true => deadline.min(Instant::now() + GOODBYE_LIMIT),
            false => deadline,
        };
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(end)));
        ready!(timer.as_mut().poll(cx));
        let seconds = self.deadline.time_limit.as_secs_f64();
        let text = format!("the mail server did not take the mail within {seconds} s");
        Poll::Ready(Err(Error::new(ErrorKind::TimedOut, text)))
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
        this.is_goodbye = bytes == QUIT;
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
