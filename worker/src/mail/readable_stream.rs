//! What the mail server says, as lettre reads it: in UTF-8, with a space after the code, in lines that are not
//! too long. Where a server speaks ISO 8859-1, says a code alone (RFC 5321 §4.2) or tells a story in one line,
//! lettre reads no reply at all: a refusal would pass for a broken connection, and a mail that was taken would
//! be sent again.

use std::io;
use std::mem::take;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How much is read at once.
const CHUNK_BYTES: usize = 1024;

/// The characters of the code that a reply begins with.
const CODE_LENGTH: usize = 3;

/// So many bytes of a line are read, or up to three more; lettre reads no line of more than 1000. A line should
/// have 512 at most (RFC 5321 §4.5.3.1.5).
const LONGEST_LINE: usize = 900;

/// What lettre reads first.
const GREETING: &[u8] = b"220 greeted before\r\n";

/// A stream of which all that is read is UTF-8, with a `?` for what is not, and no line is a code alone
/// or very long.
#[derive(Debug)]
pub(super) struct ReadableStream<S> {
    stream: S,
    text: Text,
}

/// Bytes on their way to being text.
#[derive(Debug, Default)]
struct Text {
    /// The beginning of a character.
    begun: Vec<u8>,
    /// UTF-8 that is still to be read.
    ready: Vec<u8>,
    /// How many bytes the present line has so far.
    line_bytes: usize,
    /// Whether the rest of the line is left out.
    is_cut: bool,
}

impl<S> ReadableStream<S> {
    pub(super) fn new(stream: S) -> Self {
        let text = Text::default();
        Self { stream, text }
    }

    /// The same of a server that has greeted before: it does not do so again when encryption begins, and
    /// lettre waits for it.
    pub(super) fn greeted(stream: S) -> Self {
        let mut readable = Self::new(stream);
        readable.text.add(GREETING);
        readable
    }
}

impl Text {
    /// `bytes` follow, or nothing any more where there are none.
    fn add(&mut self, bytes: &[u8]) {
        let mut begun = take(&mut self.begun);
        begun.extend_from_slice(bytes);
        let mut rest = begun.as_slice();
        while let Err(error) = str::from_utf8(rest) {
            let (valid, after) = rest.split_at(error.valid_up_to());
            self.say(valid);
            let is_end = bytes.is_empty();
            let Some(length) = error.error_len().or(is_end.then_some(after.len())) else {
                self.begun = after.to_vec();
                return;
            };
            self.say(b"?");
            rest = &after[length..];
        }
        self.say(rest);
    }

    fn say(&mut self, bytes: &[u8]) {
        for byte in bytes.iter().copied() {
            if byte == b'\n' {
                (self.line_bytes, self.is_cut) = (0, false);
                self.ready.push(byte);
                continue;
            }
            let is_return = byte == b'\r';
            if is_return && self.line_bytes == CODE_LENGTH {
                self.ready.push(b' ');
            }
            // Not within a character.
            self.is_cut |= !is_return && self.line_bytes >= LONGEST_LINE && !is_continued(byte);
            if is_return || !self.is_cut {
                self.line_bytes += 1;
                self.ready.push(byte);
            }
        }
    }

    fn read(&mut self, buffer: &mut ReadBuf<'_>) {
        let length = self.ready.len().min(buffer.remaining());
        buffer.put_slice(&self.ready[..length]);
        self.ready.drain(..length);
    }
}

/// Whether `byte` goes on with the character of the one before.
fn is_continued(byte: u8) -> bool {
    byte & 0b1100_0000 == 0b1000_0000
}

impl<S: AsyncRead + Unpin> AsyncRead for ReadableStream<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        while this.text.ready.is_empty() {
            let mut chunk = [0; CHUNK_BYTES];
            let mut chunk = ReadBuf::new(&mut chunk);
            ready!(Pin::new(&mut this.stream).poll_read(cx, &mut chunk))?;
            this.text.add(chunk.filled());
            if chunk.filled().is_empty() {
                break;
            }
        }
        this.text.read(buffer);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for ReadableStream<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

impl<S: AsyncTokioStream> AsyncTokioStream for ReadableStream<S> {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_become_what_lettre_reads_however_they_arrive() {
        let cases: [(&[u8], &str); 6] = [
            (b"250 gespeichert \xE4\xFF\r\n", "250 gespeichert ??\r\n"),
            (
                "250 später €\u{1F600}\r\n".as_bytes(),
                "250 später €\u{1F600}\r\n",
            ),
            (b"550 \xE4\xE4\xE4 nein \xC3\r\n", "550 ??? nein ?\r\n"),
            (b"250 \xF0\x9F\x98", "250 ?"),
            (b"250\r\n354\r\n", "250 \r\n354 \r\n"),
            (b"250-\r\n250-a\r\n25\r\n", "250-\r\n250-a\r\n25\r\n"),
        ];
        for (said, shown) in cases {
            for size in 1..=said.len() {
                let mut text = Text::default();
                for bytes in said.chunks(size) {
                    text.add(bytes);
                }
                text.add(b"");
                let read = String::from_utf8(text.ready).expect("UTF-8");
                assert_eq!(read, shown, "in pieces of {size}");
            }
        }
    }

    #[test]
    fn of_a_long_line_the_beginning_is_read() {
        for letter in ["x", "\u{E4}", "\u{20AC}", "\u{1F600}"] {
            let said = format!("250 {}\r\n354 go\r\n", letter.repeat(100_000));
            let mut text = Text::default();
            for bytes in said.as_bytes().chunks(7) {
                text.add(bytes);
            }
            let read = String::from_utf8(text.ready).expect("UTF-8");
            let (first, rest) = read.split_once("\r\n").expect("a line");
            assert!(first.starts_with(&format!("250 {letter}")), "{first}");
            assert!((LONGEST_LINE..LONGEST_LINE + 4).contains(&first.len()));
            assert_eq!(rest, "354 go\r\n");
        }
    }
}
