//! Looks at the head of each request before hyper does.
//!
//! hyper answers a head that it cannot read by itself, with a bare status and nothing a client or an
//! operator could use, and takes a `Content-Length` beside `Transfer-Encoding` away silently. The gate
//! therefore hands heads on only when they are whole and sound. In the place of one that is not it
//! hands on a stand-in, so that the router answers, in order with earlier requests. Where an answer
//! comes before the end of its request it reads on within bounds until the client has the answer.

mod framing;
mod head;
mod target;

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};
use tokio_io_timeout::TimeoutStream;

use super::Refusal;
use framing::Framing;

/// How much of a head is read at once.
const PIECE_BYTES: usize = 8 * 1024;

/// How much a client may still send after the answer before the connection ends under it.
const LINGER_BYTES: usize = 32 * 1024 * 1024;

/// For how long.
const LINGER: Duration = Duration::from_secs(5);

/// The head that hyper sees in the place of a refused one.
const STAND_IN: &[u8] = b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";

/// The refusal of a connection's last request, known to both ends of hyper.
#[derive(Clone, Debug, Default)]
pub(super) struct Refused(Arc<OnceLock<(u64, Refusal)>>);

impl Refused {
    /// Why the request with this number, counted from 0, is refused.
    pub(super) fn refusal_of(&self, request: u64) -> Option<Refusal> {
        let (refused, refusal) = self.0.get()?;
        (*refused == request).then_some(*refusal)
    }
}

/// Whether reading from a connection or writing to it has failed.
#[derive(Clone, Debug, Default)]
pub(super) struct Broken(Arc<AtomicBool>);

impl Broken {
    /// Whether it has.
    pub(super) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Remembers a failure.
    fn note<T>(&self, polled: &Poll<io::Result<T>>) {
        if matches!(polled, Poll::Ready(Err(_))) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
}

/// A connection, seen by hyper.
#[derive(Debug)]
pub(super) struct Gate {
    stream: Pin<Box<TimeoutStream<TcpStream>>>,
    /// What was read and not handed on.
    unread: BytesMut,
    /// How many bytes at the start of it may be handed on.
    passed: usize,
    framing: Framing,
    /// How many heads were handed on.
    heads: u64,
    refused: Refused,
    broken: Broken,
    /// How much the client may still send after the answer.
    linger_bytes: usize,
    linger: Option<Pin<Box<Sleep>>>,
}

impl Gate {
    /// A client that takes nothing for `write_timeout` loses the connection.
    pub(super) fn new(stream: TcpStream, write_timeout: Duration) -> Self {
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(write_timeout));
        Self {
            stream: Box::pin(stream),
            unread: BytesMut::new(),
            passed: 0,
            framing: Framing::Ended,
            heads: 0,
            refused: Refused::default(),
            broken: Broken::default(),
            linger_bytes: LINGER_BYTES,
            linger: None,
        }
    }

    /// What becomes known of a refused request.
    pub(super) fn refused(&self) -> Refused {
        self.refused.clone()
    }

    /// What becomes known of a reset: hyper takes one between two requests for an orderly end.
    pub(super) fn broken(&self) -> Broken {
        self.broken.clone()
    }

    fn is_refused(&self) -> bool {
        self.refused.0.get().is_some()
    }

    /// Whether the client may be sending still, as far as its requests tell.
    fn is_sending(&self) -> bool {
        self.is_refused() || self.framing != Framing::Ended || !self.unread.is_empty()
    }

    /// Hands on what was read already, if anything may be; finds the next head in it.
    fn hand_on(&mut self, buffer: &mut ReadBuf<'_>) -> bool {
        if self.passed == 0 && !self.unread.is_empty() {
            self.passed = match self.framing {
                Framing::Ended if self.is_refused() => 0,
                Framing::Ended => self.pass_head(),
                _ => self.framing.advance(&self.unread),
            };
        }
        let length = self.passed.min(buffer.remaining());
        buffer.put_slice(&self.unread[..length]);
        self.unread.advance(length);
        self.passed -= length;
        length > 0
    }

    /// The length of the head at the start of what was read, 0 while it is incomplete.
    fn pass_head(&mut self) -> usize {
        let refusal = match head::read(&self.unread) {
            Ok(None) => return 0,
            Ok(Some((length, framing))) => {
                self.framing = framing;
                self.heads += 1;
                return length;
            }
            Err(refusal) => refusal,
        };
        let _ = self.refused.0.set((self.heads, refusal));
        self.unread = BytesMut::from(STAND_IN);
        STAND_IN.len()
    }

    /// Reads a piece of a head.
    fn poll_read_head(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut space = [0; PIECE_BYTES];
        let mut piece = ReadBuf::new(&mut space);
        ready!(self.stream.as_mut().poll_read(cx, &mut piece))?;
        self.unread.extend_from_slice(piece.filled());
        Poll::Ready(Ok(piece.filled().len()))
    }

    /// Reads on in a body, into hyper's own buffer; what is behind the body's end is kept back.
    fn poll_read_body(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(self.stream.as_mut().poll_read(cx, buffer))?;
        let (_, piece) = buffer.filled().split_at(before);
        let length = self.framing.advance(piece);
        self.unread.extend_from_slice(&piece[length..]);
        buffer.set_filled(before + length);
        Poll::Ready(Ok(()))
    }

    /// Reads what may be handed on.
    fn poll_pass(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            if self.hand_on(buffer) {
                return Poll::Ready(Ok(()));
            }
            if self.is_refused() {
                // hyper would break off the answer at the end of the stream.
                let _ = self.poll_forget(cx);
                return Poll::Pending;
            }
            if self.framing != Framing::Ended {
                return self.poll_read_body(cx, buffer);
            }
            if ready!(self.poll_read_head(cx))? == 0 {
                return Poll::Ready(Ok(()));
            }
        }
    }

    /// Reads and forgets what a client still sends. Ends with its stream, or when it has sent too
    /// much.
    fn poll_forget(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut space = [0; PIECE_BYTES];
        loop {
            let mut piece = ReadBuf::new(&mut space);
            let read = ready!(self.stream.as_mut().poll_read(cx, &mut piece));
            self.linger_bytes = self.linger_bytes.saturating_sub(piece.filled().len());
            if read.is_err() || piece.filled().is_empty() || self.linger_bytes == 0 {
                return Poll::Ready(());
            }
        }
    }
}

impl AsyncRead for Gate {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = self.poll_pass(cx, buffer);
        self.broken.note(&read);
        read
    }
}

impl AsyncWrite for Gate {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = self.stream.as_mut().poll_write(cx, bytes);
        self.broken.note(&written);
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = self.stream.as_mut().poll_write_vectored(cx, slices);
        self.broken.note(&written);
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_flush(cx)
    }

    /// A connection that is closed while its client sends is reset, and the answer lost
    /// (RFC 9112, section 9.6).
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.linger.is_none() {
            ready!(self.stream.as_mut().poll_shutdown(cx))?;
            if !self.is_sending() {
                return Poll::Ready(Ok(()));
            }
        }
        let linger = self.linger.get_or_insert_with(|| Box::pin(sleep(LINGER)));
        if linger.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Ok(()));
        }
        self.poll_forget(cx).map(Ok)
    }
}
