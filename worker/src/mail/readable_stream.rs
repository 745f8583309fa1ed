//! What the mail server says, as lettre reads it: in UTF-8, with a space after the code, in lines that are not
//! too long, not too many, and end in CR LF. Where a server speaks ISO 8859-1, says a code alone (RFC 5321 §4.2),
//! ends a line in LF or tells a story in one line, lettre reads no reply at all: a refusal would pass for a broken
//! connection, and a mail that was taken would be sent again.

use std::io::{self, ErrorKind};
use std::mem::take;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::deadline::Deadline;
use super::step::Step;

/// How much is read at once.
const CHUNK_BYTES: usize = 1024;

/// The characters of the code that a reply begins with.
const CODE_LENGTH: usize = 3;

/// So many bytes of a line are read, or up to three more; lettre reads no line of more than 1000. A line should
/// have 512 at most (RFC 5321 §4.5.3.1.5).
const LONGEST_LINE: usize = 900;

/// How much of an answer is read. lettre reads all of it anew with every line, and nothing runs meanwhile.
const MAX_ANSWER_BYTES: usize = 32 * 1024;
const MAX_ANSWER_LINES: usize = 200;

/// How lettre ends a mail.
const END_OF_MAIL: &[u8] = b"\r\n.\r\n";

/// How long the answer to a QUIT is waited for. lettre says QUIT after a refusal and waits for the
/// answer before it tells of the refusal.
const GOODBYE_LIMIT: Duration = Duration::from_secs(2);
const QUIT: &[u8] = b"QUIT\r\n";

/// What lettre reads first.
const GREETING: &[u8] = b"220 greeted before\r\n";

/// A stream of which all that is read is UTF-8, with a `?` for what is not, and no line is a code alone
/// or very long. It tells its deadline how far lettre has got.
#[derive(Debug)]
pub(super) struct ReadableStream<S> {
    stream: S,
    deadline: Deadline,
    text: Text,
    /// Whether the end of the mail is written, and not flushed.
    ends_mail: bool,
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
    /// Whether the byte before was CR.
    is_returned: bool,
    /// Whether the rest of the line is left out.
    is_cut: bool,
    /// What there was to read since we wrote last.
    answer_bytes: usize,
    answer_lines: usize,
}

impl<S> ReadableStream<S> {
    /// The stream of a server that is going to greet.
    pub(super) fn new(stream: S, deadline: Deadline) -> Self {
        deadline.wait_for(Step::Greeting);
        Self {
            stream,
            deadline,
            text: Text::default(),
            ends_mail: false,
        }
    }

    /// The same of a server that has greeted before: it does not do so again when encryption begins, and
    /// lettre waits for it.
    pub(super) fn greeted(stream: S, deadline: Deadline) -> Self {
        let mut readable = Self::new(stream, deadline);
        readable.text.add(GREETING);
        readable
    }

    /// lettre writes `bytes`.
    fn note(&mut self, bytes: &[u8]) {
        (self.text.answer_bytes, self.text.answer_lines) = (0, 0);
        match self.deadline.step() {
            Step::Greeting => self.deadline.wait_for(Step::Hello),
            Step::Content => self.ends_mail |= bytes == END_OF_MAIL,
            _ if bytes == QUIT => self.deadline.shorten(GOODBYE_LIMIT),
            _ => {}
        }
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
                if !self.is_returned {
                    self.say_in_line(b'\r');
                }
                (self.line_bytes, self.is_returned, self.is_cut) = (0, false, false);
                self.answer_lines += 1;
                self.push(byte);
            } else {
                self.say_in_line(byte);
            }
        }
    }

    fn say_in_line(&mut self, byte: u8) {
        self.is_returned = byte == b'\r';
        if self.is_returned && self.line_bytes == CODE_LENGTH {
            self.push(b' ');
        }
        // Not within a character.
        self.is_cut |= !self.is_returned && self.line_bytes >= LONGEST_LINE && !is_continued(byte);
        if self.is_returned || !self.is_cut {
            self.line_bytes += 1;
            self.push(byte);
        }
    }

    fn push(&mut self, byte: u8) {
        self.answer_bytes += 1;
        self.ready.push(byte);
    }

    /// An error where the answer is too long.
    fn check(&self) -> io::Result<()> {
        if self.answer_bytes <= MAX_ANSWER_BYTES && self.answer_lines <= MAX_ANSWER_LINES {
            return Ok(());
        }
        let text = format!(
            "the mail server's answer has more than {MAX_ANSWER_LINES} lines or {MAX_ANSWER_BYTES} bytes"
        );
        Err(io::Error::new(ErrorKind::InvalidData, text))
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
            this.text.check()?;
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
        let this = self.get_mut();
        this.note(bytes);
        Pin::new(&mut this.stream).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(Pin::new(&mut this.stream).poll_flush(cx))?;
        if take(&mut this.ends_mail) {
            this.deadline.wait_for(Step::Answer);
        }
        Poll::Ready(Ok(()))
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
        let cases: [(&[u8], &str); 8] = [
            (b"250 gespeichert \xE4\xFF\r\n", "250 gespeichert ??\r\n"),
            (
                "250 später €\u{1F600}\r\n".as_bytes(),
                "250 später €\u{1F600}\r\n",
            ),
            (b"550 \xE4\xE4\xE4 nein \xC3\r\n", "550 ??? nein ?\r\n"),
            (b"250 \xF0\x9F\x98", "250 ?"),
            (b"250\r\n354\r\n", "250 \r\n354 \r\n"),
            (b"250-a\n250\n\n354 go\n", "250-a\r\n250 \r\n\r\n354 go\r\n"),
            (b"250 a\rb\n250 c\r\n", "250 a\rb\r\n250 c\r\n"),
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

    #[test]
    fn an_answer_of_many_lines_is_read_and_one_without_an_end_is_not() {
        let long = format!("250-{}\n", "x".repeat(800));
        for (line, most) in [("250-a\n", MAX_ANSWER_LINES), (&*long, 40)] {
            let mut text = Text::default();
            for _ in 0..most {
                text.add(line.as_bytes());
                assert!(text.check().is_ok());
            }
            text.add(line.as_bytes());
            let error = text.check().expect_err(line).to_string();
            assert!(error.contains("more than 200 lines"), "{error}");
        }
    }
}
