//! How the real program ends.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::harness::{App, Program, Running, Wire, eventually, read_to_end};

/// How long a program goes on that was told to stop, by its settings: longer than a busy machine needs to ask it
/// whether it does.
const DELAY: &str = "8";

/// Far less than a program waits for what is under way, unless it is told otherwise.
const SOON: Duration = Duration::from_secs(15);

const BODY: &str = "{\"email\":\"nobody@example.com\"}";

/// A request whose body is on its way: the server has asked for it, so it is under way.
async fn request_under_way(running: &Running) -> TcpStream {
    let wire = Wire::at(&running.listens("address"));
    let mut stream = wire
        .send(&format!(
            "POST /v1/auth/resend-verification HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            BODY.len()
        ))
        .await;
    let mut asked = [0; 25];
    let reading = stream.read_exact(&mut asked).await;
    reading.expect("it is asked for");
    assert_eq!(&asked, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream
}

async fn end(mut request: TcpStream) -> String {
    request.write_all(BODY.as_bytes()).await.expect("it reads");
    read_to_end(&mut request).await
}

async fn status(running: &Running, listener: &str, path: &str) -> String {
    let wire = Wire::at(&running.listens(listener));
    let answer = wire.exchange(&format!("GET {path} HTTP/1.1"), b"").await;
    answer.chars().skip("HTTP/1.1 ".len()).take(3).collect()
}

#[tokio::test]
async fn readiness_drops_first_and_listeners_stay_for_the_delay() {
    let app = App::start().await;
    let program = Program::configured(app.uri()).variable("SHUTDOWN_DELAY_SECONDS", DELAY);
    let running = program.start().await;
    let told = Instant::now();
    running.signal("TERM").await;
    for listener in ["address", "metrics"] {
        eventually("it is not ready any more", async || {
            (status(&running, listener, "/readyz").await == "503").then_some(())
        })
        .await;
        assert_eq!(status(&running, listener, "/livez").await, "200");
    }
    assert_eq!(status(&running, "address", "/v1/me").await, "401");
    let answer = Wire::at(&running.listens("metrics"));
    let answer = answer.exchange("GET /readyz HTTP/1.1", b"").await;
    assert!(answer.contains("retry-after: 2\r\n"), "{answer}");
    let (code, log) = running.ended().await;
    assert_eq!(code, 0, "{log}");
    assert!(told.elapsed() >= Duration::from_secs(8), "{log}");
}

#[tokio::test]
async fn a_signal_while_it_waits_for_the_database_ends_it_well() {
    for signal in ["TERM", "INT"] {
        // Takes connections and never answers; one for each, so that none is left of the other.
        let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = silent.local_addr().expect("an address");
        let uri = format!("mongodb://{address}/x?replicaSet=rs0");
        let running = Program::configured(&uri).spawn();
        let _connection = silent.accept().await.expect("it connects");
        let told = Instant::now();
        running.signal(signal).await;
        let (code, log) = running.ended().await;
        assert_eq!(code, 0, "{log}");
        assert!(
            log.contains("stopped before the start was complete"),
            "{log}"
        );
        assert!(told.elapsed() < SOON, "{log}");
    }
}

#[tokio::test]
async fn answers_during_the_delay_end_their_connections() {
    let app = App::start().await;
    let program = Program::configured(app.uri()).variable("SHUTDOWN_DELAY_SECONDS", DELAY);
    let running = program.start().await;
    let wire = Wire::at(&running.listens("address"));
    let request = "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n";
    let mut kept = wire.send(request).await;
    let mut before = vec![0; 4096];
    let read = kept.read(&mut before).await.expect("it answers");
    let before = String::from_utf8_lossy(&before[..read]).into_owned();
    assert!(!before.contains("connection:"), "{before}");
    running.signal("TERM").await;
    eventually("it drains", async || {
        running.has_said("draining").then_some(())
    })
    .await;
    kept.write_all(request.as_bytes()).await.expect("it reads");
    for mut stream in [kept, wire.send(request).await] {
        let answer = read_to_end(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        assert!(answer.contains("connection: close\r\n"), "{answer}");
    }
    let (code, log) = running.ended().await;
    assert_eq!(code, 0, "{log}");
}

#[tokio::test]
async fn what_does_not_end_in_the_grace_period_is_told_to_come_again() {
    let app = App::start().await;
    let program = Program::configured(app.uri()).variable("SHUTDOWN_GRACE_SECONDS", "2");
    let running = program.start().await;
    let mut request = request_under_way(&running).await;
    let told = Instant::now();
    running.signal("TERM").await;
    let answer = read_to_end(&mut request).await;
    assert!(told.elapsed() >= Duration::from_secs(1), "{answer}");
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.contains("retry-after: 2\r\n"), "{answer}");
    assert!(answer.contains("connection: close\r\n"), "{answer}");
    assert!(answer.contains("\"code\":\"unavailable\""), "{answer}");
    let (code, log) = running.ended().await;
    assert_eq!(code, 0, "{log}");
    assert!(told.elapsed() < SOON, "{log}");
}

#[tokio::test]
async fn a_request_under_way_is_answered_although_the_signal_came_twice_at_once() {
    let app = App::start().await;
    let running = Program::configured(app.uri()).start().await;
    let request = request_under_way(&running).await;
    running.signal("TERM").await;
    running.signal("TERM").await;
    eventually("it drains", async || {
        running.has_said("draining").then_some(())
    })
    .await;
    running.signal("TERM").await;
    let answer = end(request).await;
    assert!(answer.starts_with("HTTP/1.1 202 "), "{answer}");
    let (code, log) = running.ended().await;
    assert_eq!(code, 0, "{log}");
}

#[tokio::test]
async fn a_second_signal_ends_it_at_once() {
    let app = App::start().await;
    let mut running = Program::configured(app.uri()).start().await;
    let _request = request_under_way(&running).await;
    let told = Instant::now();
    running.signal("TERM").await;
    // Those of the first second are the same request to stop.
    eventually("it ends", async || {
        running.signal("TERM").await;
        running.exit_code()
    })
    .await;
    assert!(told.elapsed() >= Duration::from_secs(1));
    assert!(told.elapsed() < SOON, "it did not wait for the request");
    let (code, log) = running.ended().await;
    assert_eq!(code, 130, "{log}");
    assert!(log.contains("ending at once"), "{log}");
}

#[tokio::test]
async fn what_does_not_end_in_the_grace_period_is_left() {
    let app = App::start().await;
    let program = Program::configured(app.uri()).variable("SHUTDOWN_GRACE_SECONDS", "1");
    let running = program.start().await;
    let _request = request_under_way(&running).await;
    let (code, log) = running.stop().await;
    assert_eq!(code, 0, "{log}");
    assert!(log.contains("grace period was over"), "{log}");
}
