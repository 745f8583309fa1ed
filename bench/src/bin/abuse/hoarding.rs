//! Health checks beside connections whose clients read nothing.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{sleep, timeout};

use crate::measure::Waits;

/// How many checks are measured.
const CHECKS: usize = 1000;

/// Between two checks.
const PAUSE: Duration = Duration::from_millis(1);

/// No step takes longer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Longer than what the buffers of a connection hold.
const LONG_PAGE: &str = "/docs/swagger-ui.css";

/// Checks of the service at `host`, each over a connection of its own, with nothing else going on and then beside
/// `count` connections of the same network that ask for much and read nothing.
pub(crate) async fn checks(host: &str, count: u32) -> anyhow::Result<(Waits, Waits)> {
    let idle = waits(host).await?;
    let mut held = Vec::new();
    for _ in 0..count {
        held.push(hold(host).await?);
    }
    let beside = waits(host).await?;
    drop(held);
    Ok((idle, beside))
}

async fn hold(host: &str) -> anyhow::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(4096)?;
    let address = host.parse().context("an address and a port")?;
    let mut stream = timeout(PATIENCE, socket.connect(address)).await??;
    let requests = format!("GET {LONG_PAGE} HTTP/1.1\r\nHost: {host}\r\n\r\n").repeat(30);
    // A connection beside the limits may be closed before it has sent everything.
    let _ = timeout(PATIENCE, stream.write_all(requests.as_bytes())).await?;
    Ok(stream)
}

async fn waits(host: &str) -> anyhow::Result<Waits> {
    let mut waits = Vec::with_capacity(CHECKS);
    for _ in 0..CHECKS {
        let asked = Instant::now();
        let checked = timeout(PATIENCE, check(host)).await;
        checked.context("a health check got no answer")??;
        waits.push(asked.elapsed().as_secs_f64() * 1000.0);
        sleep(PAUSE).await;
    }
    Ok(Waits::of(waits))
}

async fn check(host: &str) -> anyhow::Result<()> {
    let mut stream = TcpStream::connect(host).await?;
    let request = format!("GET /livez HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let is_well = answer.starts_with(b"HTTP/1.1 200 ");
    ensure!(
        is_well,
        "a health check was answered: {}",
        String::from_utf8_lossy(&answer)
    );
    Ok(())
}
