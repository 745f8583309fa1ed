//! A collector of traces that takes everything and keeps nothing.

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, copy, sink};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// What it says to everything.
const TAKEN: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n";

/// A collector of OTLP over HTTP; it ends when it is dropped.
pub(crate) struct Collector {
    port: u16,
    taken: Arc<AtomicU64>,
    _listening: JoinSet<()>,
}

impl Collector {
    /// Starts it on a free port.
    pub(crate) async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let taken = Arc::<AtomicU64>::default();
        let mut listening = JoinSet::new();
        listening.spawn(listen(listener, taken.clone()));
        Ok(Self {
            port,
            taken,
            _listening: listening,
        })
    }

    /// Where it listens, for `OTEL_EXPORTER_OTLP_ENDPOINT`.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// How many requests it took.
    pub(crate) fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }
}

async fn listen(listener: TcpListener, taken: Arc<AtomicU64>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        while connections.try_join_next().is_some() {}
        let taken = taken.clone();
        // A connection that breaks concerns nobody else.
        connections.spawn(async move { drop(serve(stream, &taken).await) });
    }
}

/// Takes one request after the other. Of its head only the length of the body matters.
async fn serve(stream: TcpStream, taken: &AtomicU64) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    loop {
        let mut length: u64 = 0;
        loop {
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let field = line.trim_end();
            if field.is_empty() {
                break;
            }
            if let Some((name, value)) = field.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().unwrap_or(0);
            }
        }
        copy(&mut (&mut stream).take(length), &mut sink()).await?;
        taken.fetch_add(1, Ordering::Relaxed);
        stream.get_mut().write_all(TAKEN).await?;
    }
}
