//! Uploads that are too slow do not hold a place.

use std::time::Duration;

use dossier_api::config::Limits;
use mongodb::bson::doc;
use tokio::io::AsyncWriteExt;
use tokio::time::interval;

use crate::harness::{App, Form, Parsed, Wire, eventually, read_to_end};

/// How often a slow client sends a byte: more often than it may be silent.
const DRIP: Duration = Duration::from_millis(20);

/// The answer to a client that sends one byte after another.
async fn answer_to_drips(limits: Limits) -> Parsed {
    let app = App::with_limits(limits).await;
    let (ops, wire) = (app.ops().await, Wire::serve(&app).await);
    let (content_type, body) = Form::for_everyone("report.docx", &[b'x'; 100_000]).finish();
    let (token, length) = (&ops.token, body.len());
    let head = format!(
        "POST /v1/files HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n"
    );
    let mut stream = wire.send(&head).await;
    stream.write_all(&body[..1000]).await.expect("it reads");
    let (mut reading, mut writing) = stream.into_split();
    let dripping = tokio::spawn(async move {
        let mut ticks = interval(DRIP);
        for byte in &body[1000..] {
            ticks.tick().await;
            if writing.write_all(std::slice::from_ref(byte)).await.is_err() {
                return;
            }
        }
    });
    let answer = read_to_end(&mut reading).await;
    dripping.abort();
    eventually("nothing is left of it", async || {
        let rows = app.count("storage_reservations", doc! {}).await;
        let pieces = app.count("blobs.chunks", doc! {}).await;
        (rows + pieces == 0).then_some(())
    })
    .await;
    assert_eq!(app.count("files", doc! {}).await, 0);
    Parsed::of(&answer)
}

#[tokio::test]
async fn an_upload_that_takes_too_long_in_all_is_given_up() {
    let answer = answer_to_drips(Limits {
        upload_total: Duration::from_secs(1),
        upload_rate: 0,
        ..Limits::default()
    })
    .await;
    answer.assert_problem(408, "request_timeout");
    assert!(
        answer.body.contains("longer than 1 seconds"),
        "{}",
        answer.body
    );
}

#[tokio::test]
async fn an_upload_of_few_bytes_a_second_is_given_up() {
    let answer = answer_to_drips(Limits {
        // A busy machine is not silent for so long.
        upload_idle: Duration::from_secs(3),
        upload_rate: 2000,
        ..Limits::default()
    })
    .await;
    answer.assert_problem(408, "request_timeout");
    assert!(
        answer.body.contains("fewer than 2000 bytes"),
        "{}",
        answer.body
    );
}
