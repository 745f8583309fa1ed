//! Where the body of a request ends.

/// What of a body is still to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// Nothing: the next byte begins the next request.
    Ended,
    /// So many bytes.
    Length(u64),
    /// Chunks, and where in them we are.
    Chunked(Chunk),
    /// Nobody knows: hyper finds fault with it, and ends the connection.
    Broken,
}

/// Where in a chunked body we are (RFC 9112, section 7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chunk {
    /// In the size, whose digits so far are worth so much.
    Size(u64),
    /// Between the size and the end of its line.
    Extension(u64),
    /// In the data; so many bytes are left.
    Data(u64),
    /// In the end of line behind the data.
    DataEnd,
    /// At the start of a line behind the last chunk.
    TrailerStart,
    /// Within such a line.
    Trailer,
    /// Before the line feed that ends everything.
    LastLineFeed,
}

impl Framing {
    /// How many bytes at the start of `bytes` belong to the body; remembers where it is then.
    pub(super) fn advance(&mut self, bytes: &[u8]) -> usize {
        let mut at = 0;
        while at < bytes.len() {
            let taken = match self {
                Self::Ended => return at,
                Self::Broken => return bytes.len(),
                Self::Length(left) => {
                    let taken = skip(left, bytes.len() - at);
                    if *left == 0 {
                        *self = Self::Ended;
                    }
                    taken
                }
                Self::Chunked(Chunk::Data(left)) => {
                    let taken = skip(left, bytes.len() - at);
                    if *left == 0 {
                        *self = Self::Chunked(Chunk::DataEnd);
                    }
                    taken
                }
                Self::Chunked(chunk) => {
                    *self = chunk.next(bytes[at]);
                    1
                }
            };
            at += taken;
        }
        at
    }
}

impl Chunk {
    /// Where we are after `byte`.
    fn next(self, byte: u8) -> Framing {
        let next = match (self, byte) {
            (Self::Size(size), b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') => {
                let digit = char::from(byte).to_digit(16).map_or(0, u64::from);
                match size
                    .checked_mul(16)
                    .and_then(|size| size.checked_add(digit))
                {
                    Some(size) => Self::Size(size),
                    None => return Framing::Broken,
                }
            }
            (Self::Size(0) | Self::Extension(0), b'\n') => Self::TrailerStart,
            (Self::Size(size) | Self::Extension(size), b'\n') => Self::Data(size),
            (Self::Size(size) | Self::Extension(size), _) => Self::Extension(size),
            (Self::DataEnd, b'\n') => Self::Size(0),
            (Self::DataEnd, b'\r') => Self::DataEnd,
            (Self::TrailerStart, b'\r') => Self::LastLineFeed,
            (Self::TrailerStart | Self::LastLineFeed, b'\n') => return Framing::Ended,
            (Self::Trailer, b'\n') => Self::TrailerStart,
            (Self::TrailerStart | Self::Trailer, _) => Self::Trailer,
            (Self::DataEnd | Self::LastLineFeed | Self::Data(_), _) => return Framing::Broken,
        };
        Framing::Chunked(next)
    }
}

/// Skips up to `left` of `there` bytes.
fn skip(left: &mut u64, there: usize) -> usize {
    let taken = usize::try_from(*left).unwrap_or(usize::MAX).min(there);
    *left -= taken as u64;
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many bytes belong to the body, when they come in pieces of `piece`.
    fn length(mut framing: Framing, bytes: &[u8], piece: usize) -> usize {
        let taken = bytes.chunks(piece).map(|bytes| framing.advance(bytes));
        taken.sum()
    }

    #[test]
    fn a_body_ends_where_it_says_however_it_is_cut() {
        let chunked = Framing::Chunked(Chunk::Size(0));
        for (framing, body) in [
            (Framing::Ended, ""),
            (Framing::Length(5), "hello"),
            (chunked, "0\r\n\r\n"),
            (chunked, "5\r\nhello\r\n0\r\n\r\n"),
            (
                chunked,
                "5;name=value\r\nhello\r\nA\r\n0123456789\r\n00\r\n\r\n",
            ),
            (chunked, "2\r\n\r\n\r\n0\r\nTrailer: x\r\nOther: y\r\n\r\n"),
        ] {
            let bytes = format!("{body}GET / HTTP/1.1\r\n\r\n");
            for piece in 1..bytes.len() {
                assert_eq!(
                    length(framing, bytes.as_bytes(), piece),
                    body.len(),
                    "{body:?} by {piece}"
                );
            }
        }
    }

    #[test]
    fn what_is_broken_is_left_to_hyper_to_the_end() {
        for body in ["2\r\nabX0\r\n\r\n", "fffffffffffffffff\r\n", "0\r\n\rX"] {
            let framing = Framing::Chunked(Chunk::Size(0));
            assert_eq!(length(framing, body.as_bytes(), 3), body.len(), "{body:?}");
        }
    }
}
