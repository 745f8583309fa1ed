//! Uploads over a real connection: refused early, broken off, or lied about.

use std::time::Duration;

use dossier_api::config::Limits;
use mongodb::bson::doc;
use tokio::io::AsyncWriteExt;

use crate::harness::{App, Form, Person, Wire, eventually, read_to_end};

const MIB: usize = 1024 * 1024;

async fn app() -> App {
    App::with_limits(limits()).await
}

fn limits() -> Limits {
    Limits {
        upload_bytes: MIB as u64,
        upload_idle: Duration::from_secs(5),
        ..Limits::default()
    }
}

/// The head of an upload, and the first bytes of its body.
fn beginning(ops: &Person, length: &str) -> String {
    let (content_type, body) = Form::file("report.docx", b"").finish();
    let body = String::from_utf8(body).expect("text");
    let (opening, _) = body.split_once("\r\n\r\n").expect("the part's head");
    let opening = format!("{opening}\r\n\r\n");
    let opening = match length {
        "Transfer-Encoding: chunked" => format!("{:x}\r\n{opening}\r\n", opening.len()),
        _ => opening,
    };
    let token = &ops.token;
    format!(
        "POST /v1/files HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: {content_type}\r\n{length}\r\n\r\n{opening}"
    )
}

fn assert_too_large(answer: &str) {
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(
        answer.to_lowercase().contains("connection: close"),
        "{answer}"
    );
    assert!(
        answer.contains("\"code\":\"payload_too_large\""),
        "{answer}"
    );
}

async fn nothing_is_stored(app: &App) {
    eventually("nothing is stored", async || {
        let pieces = app.count("blobs.chunks", doc! {}).await;
        let files = app.count("files", doc! {}).await;
        (pieces + files == 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_declared_length_over_the_limit_is_refused_before_the_body_is_sent() {
    let app = app().await;
    let (ops, wire) = (app.ops().await, Wire::serve(&app).await);
    let head = beginning(&ops, &format!("Content-Length: {}", 1024 * MIB));
    let mut stream = wire.send(&head).await;
    let mut answer = vec![0; 4096];
    let reading = tokio::io::AsyncReadExt::read(&mut stream, &mut answer);
    let read = tokio::time::timeout(Duration::from_secs(10), reading).await;
    let length = read.expect("it answers at once").expect("it can be read");
    assert_too_large(&String::from_utf8_lossy(&answer[..length]));
    nothing_is_stored(&app).await;
}

#[tokio::test]
async fn a_client_that_sends_on_gets_the_answer_and_is_cut_off_within_bounds() {
    let app = app().await;
    let (ops, wire) = (app.ops().await, Wire::serve(&app).await);
    for length in [
        format!("Content-Length: {}", 512 * MIB),
        "Transfer-Encoding: chunked".to_owned(),
    ] {
        let is_chunked = length.starts_with('T');
        let stream = wire.send(&beginning(&ops, &length)).await;
        let (mut reading, mut writing) = stream.into_split();
        let sending = tokio::spawn(async move {
            let piece = vec![b'x'; 64 * 1024];
            let mut sent = 0;
            while sent < 512 * MIB {
                let written = match is_chunked {
                    true => {
                        writing
                            .write_all(&[b"10000\r\n", &*piece, b"\r\n"].concat())
                            .await
                    }
                    false => writing.write_all(&piece).await,
                };
                if written.is_err() {
                    break;
                }
                sent += piece.len();
            }
            sent
        });
        let mut answer = vec![0; 4096];
        let read = tokio::io::AsyncReadExt::read(&mut reading, &mut answer).await;
        let read = read.expect("it answers");
        assert_too_large(&String::from_utf8_lossy(&answer[..read]));
        let sent = sending.await.expect("no panic");
        assert!(sent < 96 * MIB, "{} MiB were taken", sent / MIB);
        nothing_is_stored(&app).await;
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_leaves_nothing() {
    let limits = Limits {
        upload_bytes: 8 * MIB as u64,
        ..Limits::default()
    };
    let app = App::with_limits(limits).await;
    let (ops, wire) = (app.ops().await, Wire::serve(&app).await);
    let head = beginning(&ops, &format!("Content-Length: {}", 4 * MIB));
    let mut stream = wire.send(&head).await;
    let piece = vec![b'x'; 3 * MIB];
    stream.write_all(&piece).await.expect("it reads");
    eventually("some bytes are stored", async || {
        let pieces = app.count("blobs.chunks", doc! {}).await;
        (pieces > 0).then_some(())
    })
    .await;
    drop(stream);
    nothing_is_stored(&app).await;
}

#[tokio::test]
async fn a_length_that_is_shorter_than_the_body_cuts_it_and_leaves_nothing() {
    let app = app().await;
    let (ops, wire) = (app.ops().await, Wire::serve(&app).await);
    let head = beginning(&ops, "Connection: close\r\nContent-Length: 200");
    let mut stream = wire.send(&format!("{head}{}", "x".repeat(4000))).await;
    let answer = read_to_end(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    nothing_is_stored(&app).await;
}

#[tokio::test]
async fn an_upload_that_falls_silent_is_given_up() {
    let limits = Limits {
        upload_idle: Duration::from_millis(300),
        ..limits()
    };
    let app = App::with_limits(limits).await;
    let (ops, wire) = (app.ops().await, Wire::serve(&app).await);
    let head = beginning(&ops, "Content-Length: 100000");
    let mut stream = wire.send(&head).await;
    let answer = read_to_end(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(answer.contains("\"code\":\"request_timeout\""), "{answer}");
    nothing_is_stored(&app).await;
}

#[tokio::test]
async fn who_may_not_upload_is_told_without_sending_the_document() {
    let app = app().await;
    let (client, wire) = (app.client().await, Wire::serve(&app).await);
    let head = beginning(&client, "Content-Length: 900000");
    let mut stream = wire.send(&head).await;
    let mut answer = vec![0; 4096];
    let reading = tokio::io::AsyncReadExt::read(&mut stream, &mut answer);
    let read = tokio::time::timeout(Duration::from_secs(10), reading).await;
    let length = read.expect("it answers at once").expect("it can be read");
    let answer = String::from_utf8_lossy(&answer[..length]);
    assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
}

#[tokio::test]
async fn a_body_that_comes_after_the_answer_does_not_destroy_it() {
    let app = app().await;
    let wire = Wire::serve(&app).await;
    for head in [
        "POST /v1/files HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=x",
        "POST /v1/nowhere HTTP/1.1\r\nContent-Type: application/json",
        "DELETE /v1/auth/login HTTP/1.1\r\nContent-Type: application/json",
    ] {
        let head = format!("{head}\r\nHost: localhost\r\nContent-Length: {MIB}\r\n\r\n");
        let mut stream = wire.send(&head).await;
        stream.readable().await.expect("it answers");
        // Two pieces: the first one to a closed socket would be answered with a reset.
        for piece in vec![b'x'; MIB].chunks(MIB / 2) {
            stream.write_all(piece).await.expect("it reads");
        }
        let answer = read_to_end(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
        assert!(answer.contains("\"code\":"), "{answer}");
    }
}

#[tokio::test]
async fn an_upload_that_does_not_end_before_the_process_is_told_to_come_again() {
    let app = App::start().await;
    let (ops, wire) = (app.ops().await, Wire::serve(&app).await);
    let head = beginning(&ops, "Expect: 100-continue\r\nContent-Length: 900000");
    let mut stream = wire.send(&head).await;
    let mut asked = [0; 25];
    let reading = tokio::io::AsyncReadExt::read_exact(&mut stream, &mut asked);
    reading.await.expect("it is asked for");
    assert_eq!(&asked, b"HTTP/1.1 100 Continue\r\n\r\n");
    app.state.draining.begin();
    app.state.draining.stop();
    let mut answer = vec![0; 4096];
    let reading = tokio::io::AsyncReadExt::read(&mut stream, &mut answer);
    let read = tokio::time::timeout(Duration::from_secs(10), reading).await;
    let length = read.expect("it answers in time").expect("it can be read");
    let answer = String::from_utf8_lossy(&answer[..length]);
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.contains("retry-after: 2\r\n"), "{answer}");
    assert!(answer.contains("connection: close\r\n"), "{answer}");
    drop(stream);
    nothing_is_stored(&app).await;
}

#[tokio::test]
async fn bytes_outside_every_part_count_too() {
    let app = app().await;
    let (ops, wire) = (app.ops().await, Wire::serve(&app).await);
    let token = &ops.token;
    let head = format!(
        "POST /v1/files HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: multipart/form-data; boundary=x\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    let mut stream = wire.send(&head).await;
    let preamble = format!("{:x}\r\n{}\r\n", 2 * MIB, "y".repeat(2 * MIB));
    stream
        .write_all(preamble.as_bytes())
        .await
        .expect("it reads");
    assert_too_large(&read_to_end(&mut stream).await);
    nothing_is_stored(&app).await;
}
