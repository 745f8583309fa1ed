//! Connections that are held without need take nothing from others.

use std::net::Ipv4Addr;
use std::time::Duration;

use dossier_service::server::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::harness::{App, PATIENCE, Program, Wire, eventually, read_to_end};

/// How many clients hold a connection, and how often the health is asked for meanwhile. How fast the answers are
/// is measured by the benchmark `abuse`.
const HOARDERS: usize = 4200;
const CHECKS: usize = 200;

/// Longer than what the buffers of a connection hold.
const LONG_PAGE: &str = "/docs/swagger-ui.css";

/// A connection whose client asks for much and reads nothing of it.
async fn hoard(address: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4096).expect("it can be small");
    let address = address.parse().expect("an address");
    let mut stream = socket.connect(address).await.expect("it listens");
    let request = format!("GET {LONG_PAGE} HTTP/1.1\r\nHost: a\r\n\r\n").repeat(30);
    // A connection beside the limits may be closed before it has sent everything.
    let _ = stream.write_all(request.as_bytes()).await;
    stream
}

#[tokio::test]
async fn thousands_that_do_not_read_keep_no_health_check_from_its_answer() {
    let app = App::start_alone().await;
    // A line a request would keep the log busy instead of the connections.
    let quiet = "info,dossier_api::middleware=warn";
    let program = Program::configured(app.uri()).variable("RUST_LOG", quiet);
    let running = program.start().await;
    let (clients, operators) = (running.listens("address"), running.listens("metrics"));
    let mut held = Vec::with_capacity(HOARDERS);
    for _ in 0..HOARDERS {
        held.push(hoard(&clients).await);
    }
    for address in [&clients, &operators] {
        let wire = Wire::at(address);
        for _ in 0..CHECKS {
            let answer = wire.exchange("GET /livez HTTP/1.1", b"").await;
            assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        }
    }
    // Whoever comes from the same network is told to come back, and others are served.
    let answer = Wire::at(&clients)
        .exchange("GET /v1/me HTTP/1.1", b"")
        .await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.contains("retry-after: 2\r\n"), "{answer}");
    assert!(answer.contains("\"code\":\"unavailable\""), "{answer}");
    let answer = from_another_network(&clients).await;
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    drop(held);
    running.stop().await;
}

/// Asks from 127.0.0.2.
async fn from_another_network(address: &str) -> String {
    let socket = TcpSocket::new_v4().expect("a socket");
    let source = (Ipv4Addr::new(127, 0, 0, 2), 0).into();
    socket.bind(source).expect("an address of this machine");
    let address = address.parse().expect("an address");
    let mut stream = socket.connect(address).await.expect("it listens");
    let request = "GET /v1/me HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    stream
        .write_all(request.as_bytes())
        .await
        .expect("it reads");
    read_to_end(&mut stream).await
}

#[tokio::test]
async fn a_client_that_takes_nothing_loses_its_connection() {
    let app = App::start().await;
    let limits = Limits {
        write_timeout: Duration::from_millis(300),
        connections_per_network: 1,
        ..Limits::default()
    };
    let wire = Wire::serve_within(&app, limits).await;
    let mut silent = wire.connect().await;
    let requests = format!("GET {LONG_PAGE} HTTP/1.1\r\nHost: a\r\n\r\n").repeat(200);
    let sending = tokio::spawn(async move {
        let sent = silent.write_all(requests.as_bytes()).await;
        (silent, sent)
    });
    // Its place is free again.
    eventually("another client of its network is served", async || {
        let answer = wire.exchange("GET /v1/me HTTP/1.1", b"").await;
        answer.starts_with("HTTP/1.1 401 ").then_some(())
    })
    .await;
    let (mut silent, _) = sending.await.expect("no panic");
    let mut taken = Vec::new();
    let end = timeout(PATIENCE, silent.read_to_end(&mut taken)).await;
    // What was under way arrives or is lost; then the connection is gone.
    let _ = end.expect("the connection ended");
}

#[tokio::test]
async fn silent_connections_beside_the_limit_do_not_keep_health_checks_out() {
    let app = App::start().await;
    let limits = Limits {
        connections: 4,
        ..Limits::default()
    };
    let wire = Wire::serve_within(&app, limits).await;
    let mut silent = Vec::new();
    for _ in 0..200 {
        silent.push(wire.connect().await);
    }
    for path in ["/livez", "/readyz"] {
        let answer = wire.exchange(&format!("GET {path} HTTP/1.1"), b"").await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        assert!(answer.contains("connection: close\r\n"), "{answer}");
    }
    let answer = wire.exchange("GET /v1/me HTTP/1.1", b"").await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    silent.clear();
    eventually("others are served again", async || {
        let answer = wire.exchange("GET /v1/me HTTP/1.1", b"").await;
        answer.starts_with("HTTP/1.1 401 ").then_some(())
    })
    .await;
}
