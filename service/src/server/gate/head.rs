//! The head of a request: whether hyper may see it, and where its body ends.

use axum::http::Method;
use httparse::{EMPTY_HEADER, Error, Header, Status};

use super::framing::{Chunk, Framing};
use super::target::{is_host, is_target_of};
use crate::server::Refusal;

/// How long a head may be, in bytes.
pub(super) const MAX_HEAD_BYTES: usize = 64 * 1024;

/// How long the target in it may be, in bytes.
const MAX_TARGET_BYTES: usize = 32 * 1024;

/// How many fields a head may have; hyper's own limit.
const MAX_FIELDS: usize = 100;

/// The longest body that hyper takes.
const MAX_LENGTH: u64 = u64::MAX - 2;

/// Reads the head at the start of `bytes`: its length and what comes after it, nothing while it is
/// incomplete.
pub(super) fn read(bytes: &[u8]) -> Result<Option<(usize, Framing)>, Refusal> {
    let mut fields = [EMPTY_HEADER; MAX_FIELDS];
    let mut request = httparse::Request::new(&mut fields);
    let parsed = request.parse(bytes);
    if request.path.is_some_and(|it| it.len() > MAX_TARGET_BYTES) {
        return Err(Refusal::TargetTooLong);
    }
    match parsed {
        Ok(Status::Complete(length)) if length <= MAX_HEAD_BYTES => {
            check(&request).map(|framing| Some((length, framing)))
        }
        Ok(Status::Partial) if bytes.len() <= MAX_HEAD_BYTES => Ok(None),
        Ok(_) if request.method.is_none() => Err(Refusal::Malformed),
        Ok(_) if request.path.is_none() => Err(Refusal::TargetTooLong),
        Ok(_) | Err(Error::TooManyHeaders) => Err(Refusal::HeadTooLarge),
        Err(_) => Err(Refusal::Malformed),
    }
}

fn check(request: &httparse::Request<'_, '_>) -> Result<Framing, Refusal> {
    let (method, target) = (
        request.method.unwrap_or_default(),
        request.path.unwrap_or_default(),
    );
    if Method::from_bytes(method.as_bytes()).is_err() {
        return Err(Refusal::Malformed);
    }
    if !is_target_of(method, target) {
        return Err(Refusal::Target);
    }
    let is_http_11 = request.version == Some(1);
    check_host(request.headers, is_http_11)?;
    framing(request.headers, is_http_11)
}

/// The values of a field, which may come in several lines.
fn values<'b>(fields: &'b [Header<'b>], name: &'static str) -> impl Iterator<Item = &'b [u8]> {
    let named = fields
        .iter()
        .filter(move |field| field.name.eq_ignore_ascii_case(name));
    named.map(|field| field.value)
}

/// RFC 9112, section 3.2. A host may be empty, for targets without one.
fn check_host(fields: &[Header<'_>], is_http_11: bool) -> Result<(), Refusal> {
    let mut hosts = values(fields, "host");
    match (hosts.next(), hosts.next()) {
        (None, _) if !is_http_11 => Ok(()),
        (Some(b""), None) => Ok(()),
        (Some(host), None) if is_host(host) => Ok(()),
        _ => Err(Refusal::Host),
    }
}

/// RFC 9112, section 6.
fn framing(fields: &[Header<'_>], is_http_11: bool) -> Result<Framing, Refusal> {
    let length = length(fields)?;
    let mut codings = values(fields, "transfer-encoding");
    let Some(coding) = codings.next() else {
        return Ok(match length {
            None | Some(0) => Framing::Ended,
            Some(length) => Framing::Length(length),
        });
    };
    // Nothing here decodes another coding, and hyper would hand its bytes on as if they were decoded.
    let is_chunked =
        coding.trim_ascii().eq_ignore_ascii_case(b"chunked") && codings.next().is_none();
    if length.is_some() || !is_http_11 || !is_chunked {
        return Err(Refusal::Framing);
    }
    Ok(Framing::Chunked(Chunk::Size(0)))
}

fn length(fields: &[Header<'_>]) -> Result<Option<u64>, Refusal> {
    let mut length = None;
    for value in values(fields, "content-length") {
        let text = std::str::from_utf8(value).unwrap_or_default();
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let parsed = text.parse().ok().filter(|it| digits && *it <= MAX_LENGTH);
        match (parsed, length) {
            (Some(parsed), None) => length = Some(parsed),
            (Some(parsed), Some(before)) if parsed == before => {}
            _ => return Err(Refusal::Framing),
        }
    }
    Ok(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_fields(fields: &str) -> Result<Framing, Refusal> {
        let head = format!("POST /x HTTP/1.1\r\n{fields}\r\n\r\n");
        let (length, framing) = read(head.as_bytes())?.expect("it is complete");
        assert_eq!(length, head.len());
        Ok(framing)
    }

    #[test]
    fn the_end_of_the_body_is_read_from_the_head() {
        for (fields, framing) in [
            ("Host: a", Framing::Ended),
            ("host: [::1]:8080\r\nContent-Length: 0", Framing::Ended),
            ("Host:\r\nContent-Length: 7", Framing::Length(7)),
            (
                "Host: a\r\nContent-Length: 7\r\nContent-Length: 7",
                Framing::Length(7),
            ),
            (
                "Host: a\r\nTransfer-Encoding: Chunked",
                Framing::Chunked(Chunk::Size(0)),
            ),
        ] {
            assert_eq!(read_fields(fields), Ok(framing), "{fields}");
        }
    }

    #[test]
    fn contradictory_lengths_and_hosts_are_refused() {
        for fields in [
            "Host: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked",
            "Host: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5",
            "Host: a\r\nContent-Length: 5\r\nContent-Length: 6",
            "Host: a\r\nContent-Length: +5",
            "Host: a\r\nContent-Length: 5, 5",
            "Host: a\r\nTransfer-Encoding: gzip",
            "Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: gzip",
            "Host: a\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked",
            "Host: a\r\nTransfer-Encoding: gzip, chunked",
            "Host: a\r\nTransfer-Encoding: chunked, chunked",
            "Host: a\r\nTransfer-Encoding: ,chunked",
            "Host: a\r\nTransfer-Encoding:",
        ] {
            assert_eq!(read_fields(fields), Err(Refusal::Framing), "{fields}");
        }
        for fields in [
            "X: y",
            "Host: a\r\nHost: a",
            "Host: u@a",
            "Host: a/b",
            "Host: a b",
        ] {
            assert_eq!(read_fields(fields), Err(Refusal::Host), "{fields}");
        }
    }

    #[test]
    fn what_is_too_long_is_told_apart() {
        let long = "x".repeat(MAX_HEAD_BYTES);
        let many = "A: b\r\n".repeat(MAX_FIELDS + 1);
        let target = "x".repeat(MAX_TARGET_BYTES);
        for (head, refusal) in [
            (format!("GET /{long}"), Refusal::TargetTooLong),
            (format!("GET /{target} HTTP/1.1"), Refusal::TargetTooLong),
            (format!("GET /{long} HTTP/1.1"), Refusal::TargetTooLong),
            (
                format!("GET /{target} HTTP/1.1\r\nHost: a\r\n\r\n"),
                Refusal::TargetTooLong,
            ),
            (
                format!("GET /{long} HTTP/1.1\r\nHost: a\r\n\r\n"),
                Refusal::TargetTooLong,
            ),
            (
                format!("GET /{target} HTTP/1.1\r\nX: {long}"),
                Refusal::TargetTooLong,
            ),
            (
                format!("GET /{target} HTTP/1.1\r\n{many}"),
                Refusal::TargetTooLong,
            ),
            (
                format!("GET {} HTTP/1.1\r\nX: {long}", &target[1..]),
                Refusal::HeadTooLarge,
            ),
            (long.clone() + "x", Refusal::Malformed),
            (
                format!("GET / HTTP/1.1\r\nX: {long}"),
                Refusal::HeadTooLarge,
            ),
            (format!("GET / HTTP/1.1\r\n{many}"), Refusal::HeadTooLarge),
            ("GET /\u{7f} HTTP/1.1\r\n".to_owned(), Refusal::Malformed),
            ("PRI * HTTP/2.0\r\n\r\n".to_owned(), Refusal::Malformed),
            ("\u{16}\u{3}\u{1}".to_owned(), Refusal::Malformed),
        ] {
            assert_eq!(read(head.as_bytes()), Err(refusal), "{:.30}", head);
        }
        assert_eq!(read(b"GET / HT"), Ok(None));
        let longest = format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", &target[1..]);
        assert_eq!(
            read(longest.as_bytes()),
            Ok(Some((longest.len(), Framing::Ended)))
        );
    }
}
