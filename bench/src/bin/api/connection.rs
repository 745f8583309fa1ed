//! A connection of HTTP/1.1 that stays open: a request that is ready goes out, status and body come in.
//!
//! A client shares the cores with the servers that it measures, so it does as little as it can.

use std::net::Ipv4Addr;

use anyhow::{Context, bail, ensure};
use httparse::{EMPTY_HEADER, Response, Status};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Answers are shorter than that.
const BUFFER_BYTES: usize = 64 * 1024;

/// More headers than that has no answer.
const HEADERS: usize = 64;

/// An open connection.
pub(crate) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    pub(crate) body: &'a [u8],
}

/// What the head of an answer says.
struct Head {
    status: u16,
    bytes: usize,
    body_bytes: usize,
}

impl Connection {
    pub(crate) async fn open(port: u16) -> anyhow::Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await;
        let stream = stream.with_context(|| format!("connect to port {port}"))?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            received: Vec::with_capacity(BUFFER_BYTES),
        })
    }

    /// Sends a request and waits for all of its answer. The caller sets the deadline.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> anyhow::Result<Answer<'_>> {
        self.stream.write_all(request).await.context("send")?;
        self.received.clear();
        let mut head = None;
        loop {
            let read = self.stream.read_buf(&mut self.received).await;
            ensure!(
                read.context("receive")? > 0,
                "the server closed the connection"
            );
            if head.is_none() {
                head = read_head(&self.received)?;
            }
            let Some(head) = &head else { continue };
            let end = head.bytes + head.body_bytes;
            if self.received.len() >= end {
                ensure!(self.received.len() == end, "more came than was asked for");
                return Ok(Answer {
                    status: head.status,
                    body: &self.received[head.bytes..],
                });
            }
        }
    }
}

/// The head of an answer, once all of it is there.
fn read_head(received: &[u8]) -> anyhow::Result<Option<Head>> {
    let mut headers = [EMPTY_HEADER; HEADERS];
    let mut response = Response::new(&mut headers);
    let Status::Complete(bytes) = response.parse(received)? else {
        return Ok(None);
    };
    let length = response
        .headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case("content-length"));
    let (Some(status), Some(length)) = (response.code, length) else {
        bail!("an answer without a length");
    };
    Ok(Some(Head {
        status,
        bytes,
        body_bytes: std::str::from_utf8(length.value)?.parse()?,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_once_it_is_whole() {
        let head = b"HTTP/1.1 202 Accepted\r\nContent-Length: 5\r\n\r\n";
        assert!(read_head(&head[..30]).expect("so far").is_none());
        let read = read_head(head).expect("a head").expect("a whole one");
        assert_eq!(
            (read.status, read.bytes, read.body_bytes),
            (202, head.len(), 5)
        );
        assert!(read_head(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }
}
