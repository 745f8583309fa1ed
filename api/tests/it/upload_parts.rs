//! Forms as others write them: what is read is what was meant, and nothing is kept that has no end.

use std::convert::Infallible;

use axum::body::Body;
use bytes::Bytes;
use dossier_api::config::Limits;
use dossier_api::storage_limits::StorageLimits;
use dossier_common::digest::Sha256;
use futures_util::future::join_all;
use futures_util::stream;
use mongodb::bson::doc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use crate::harness::{Answer, App, Form, PATIENCE, Parsed, Person, Wire};

/// A whole part that says whom the document is for.
const RECIPIENT: &str =
    "--x\r\nContent-Disposition: form-data; name=\"recipients\"\r\n\r\nada@example.com\r\n";

const MIB: usize = 1024 * 1024;

const OPENING: &str =
    "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.docx\"\r\n";

async fn send(app: &App, ops: &Person, boundary: &str, body: impl Into<Body>) -> Answer {
    let content_type = format!("multipart/form-data; boundary={boundary}");
    let call = app.post("/v1/files").by(ops);
    call.body(&content_type, body).send().await
}

async fn nothing_is_stored(app: &App) {
    for collection in ["files", "apalis_jobs", "blobs.files", "blobs.chunks"] {
        assert_eq!(app.count(collection, doc! {}).await, 0, "{collection}");
    }
}

/// Sends the beginning of a body of 99 MiB and no more, and reads the answer.
async fn answer_to_beginning(wire: &Wire, ops: &Person, beginning: &[u8]) -> Parsed {
    let (token, length) = (&ops.token, 99 * MIB);
    let head = format!(
        "POST /v1/files HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {length}\r\n\r\n"
    );
    let mut stream = wire.send(&head).await;
    stream.write_all(beginning).await.expect("it reads");
    let mut answer = vec![0; 4096];
    let read = timeout(PATIENCE, stream.read(&mut answer)).await;
    let length = read.expect("it does not wait").expect("it can be read");
    Parsed::of(&String::from_utf8_lossy(&answer[..length]))
}

#[tokio::test]
async fn heads_of_99_mib_are_refused_within_their_first_64_kib() {
    // What is announced need not fit on the disk of the tests.
    let storage = StorageLimits {
        reserve_bytes: 0,
        ..StorageLimits::default()
    };
    let app = App::with_limits(Limits {
        storage,
        ..Limits::default()
    })
    .await;
    let (ops, wire) = (app.ops().await, Wire::serve(&app).await);
    let in_one_line = format!("{OPENING}X-Filler: {}", "y".repeat(60 * 1024));
    let in_lines = format!("{OPENING}{}", "X-Filler: yyyyyyyyyyyy\r\n".repeat(2500));
    let preamble = "z".repeat(60 * 1024);
    let almost = "--x-\r\n".repeat(10 * 1024);
    for beginning in [in_one_line, in_lines, preamble, almost] {
        assert!(beginning.len() <= 64 * 1024, "{}", beginning.len());
        let answers = (0..10).map(|_| answer_to_beginning(&wire, &ops, beginning.as_bytes()));
        for answer in join_all(answers).await {
            if beginning.starts_with("--x-") {
                // It is malformed already.
                assert_eq!(answer.status, 400, "{}", answer.body);
            } else {
                answer.assert_problem(413, "payload_too_large");
            }
        }
    }
    nothing_is_stored(&app).await;
}

#[tokio::test]
async fn a_head_may_have_16_kib_also_when_it_comes_with_other_bytes() {
    let app = App::start().await;
    let ops = app.ops().await;
    let form = |filler: usize| {
        let filler = "y".repeat(filler);
        format!("{RECIPIENT}{OPENING}X-Filler: {filler}\r\n\r\nbytes\r\n--x--\r\n")
    };
    for too_long in [16 * 1024, 17 * 1024, MIB] {
        let answer = send(&app, &ops, "x", form(too_long)).await;
        answer.problem(413, "payload_too_large");
        assert_eq!(answer.header("connection"), "close");
    }
    nothing_is_stored(&app).await;
    send(&app, &ops, "x", form(16_000)).await.expect(202);
}

#[tokio::test]
async fn a_value_may_have_16_kib_and_all_together_64() {
    let app = App::start().await;
    let ops = app.ops().await;
    for too_long in [16 * 1024 + 1, 17 * 1024, MIB] {
        let form = Form::default().and("recipients", &"y".repeat(too_long));
        let answer = app.post("/v1/files").by(&ops).form(form).send().await;
        answer.problem(413, "payload_too_large");
    }
    let form = Form::default().and("recipients", &"y".repeat(16 * 1024));
    let answer = app.post("/v1/files").by(&ops).form(form).send().await;
    answer.problem(422, "invalid_fields");
    nothing_is_stored(&app).await;
}

#[tokio::test]
async fn thousands_of_parts_are_refused_at_the_first_that_is_not_known() {
    let app = App::start().await;
    let (ops, wire) = (app.ops().await, Wire::serve(&app).await);
    for part in [
        "\r\n\r\n",
        "Content-Disposition: form-data; name=\"a\"\r\n\r\n",
    ] {
        let parts = format!("--x\r\n{part}\r\n").repeat(5000);
        let first = &parts.as_bytes()[..parts.len().min(60 * 1024)];
        let answer = answer_to_beginning(&wire, &ops, first).await;
        assert!(matches!(answer.status, 400 | 413 | 422), "{}", answer.body);
    }
    nothing_is_stored(&app).await;
}

#[tokio::test]
async fn a_boundary_has_1_to_70_characters() {
    let app = App::start().await;
    let ops = app.ops().await;
    let form = |boundary: &str| {
        format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"recipients\"\r\n\r\n\
             ada@example.com\r\n--{boundary}\r\n\
             Content-Disposition: form-data; name=\"file\"; filename=\"a.docx\"\r\n\r\n\
             bytes\r\n--{boundary}--\r\n"
        )
    };
    for boundary in ["b".repeat(71), "b".repeat(5000)] {
        let answer = send(&app, &ops, &boundary, form(&boundary)).await;
        answer.problem(400, "bad_request");
    }
    nothing_is_stored(&app).await;
    for boundary in ["b".to_owned(), "b".repeat(70)] {
        send(&app, &ops, &boundary, form(&boundary))
            .await
            .expect(202);
    }
}

#[tokio::test]
async fn names_that_can_be_read_in_two_ways_are_refused() {
    let app = App::start().await;
    let ops = app.ops().await;
    for disposition in [
        "form-data; name=\"file\"; name=\"recipients\"",
        "form-data; name=\"file\"; filename=\"a.docx\"; filename=\"b.docx\"",
        "form-data; name=\"file\"; filename*=UTF-8''a.docx",
        "form-data; name=\"file\"; filename=\"a.docx\"; filename*=UTF-8''b.docx",
        "form-data; name=\"file\"; filename=\"a.docx",
        "form-data; name=\"file\" filename=\"a.docx\"",
        "attachment; name=\"file\"; filename=\"a.docx\"",
        "file",
    ] {
        let form = format!("--x\r\nContent-Disposition: {disposition}\r\n\r\nbytes\r\n--x--\r\n");
        let answer = send(&app, &ops, "x", form).await;
        answer.problem(400, "bad_request");
    }
    nothing_is_stored(&app).await;
    let quoted = "form-data; filename=\"a; name=recipients; b.docx\"; name=\"file\"";
    let form = format!("{RECIPIENT}--x\r\nContent-Disposition: {quoted}\r\n\r\nbytes\r\n--x--\r\n");
    let file = send(&app, &ops, "x", form).await.expect(202).json();
    assert_eq!(file["name"], "a; name=recipients; b.docx");
}

#[tokio::test]
async fn line_ends_and_text_around_the_parts_are_taken_as_the_standard_has_them() {
    let app = App::start().await;
    let ops = app.ops().await;
    let part = "Content-Disposition: form-data; name=\"file\"; filename=\"a.docx\"\r\n\r\nbytes";
    for form in [
        format!("--x\n{part}\r\n--x--\r\n"),
        format!("--x\r\n{}\n--x--\n", part.replace("\r\n", "\n")),
        format!("--x\r\n{part}\n--x--\n"),
        format!("--x\r\n{part}\r\n--x"),
        format!("--x\r\n{part}\r\n--xy\r\n"),
        format!("--x\r\n{part}"),
        format!("--x\r\n\r\n{part}\r\n--x--\r\n"),
        format!("--x\r\nContent-Disposition\r\n\r\n{part}\r\n--x--\r\n"),
        format!(
            "--x\r\nContent-Disposition: form-data;\0 name=\"file\"\r\n\r\n{part}\r\n--x--\r\n"
        ),
    ] {
        let answer = send(&app, &ops, "x", form.clone()).await;
        assert!(matches!(answer.status.as_u16(), 400 | 422), "{form:?}");
    }
    nothing_is_stored(&app).await;
    for form in [
        format!("{RECIPIENT}--x\r\n{part}\r\n--x--"),
        format!("{RECIPIENT}--x \t\r\n{part}\r\n--x--\r\n"),
        format!("Text before.\r\n{RECIPIENT}--x\r\n{part}\r\n--x--\r\nText behind."),
    ] {
        let file = send(&app, &ops, "x", form).await.expect(202).json();
        assert_eq!(file["sha256"], Sha256::of(b"bytes").to_string());
    }
}

#[tokio::test]
async fn bytes_that_look_like_a_boundary_are_kept_however_they_arrive() {
    let app = App::start().await;
    let ops = app.ops().await;
    let document = b"\r\n--\r\n----a-boundary-of-our-ow\r\n\r\r\n------a-boundary-of-our-ow\r\n-\r";
    let (content_type, whole) = Form::for_everyone("a.docx", document).finish();
    for length in [1, 2, 7, 40, whole.len()] {
        let pieces = whole.chunks(length).map(Bytes::copy_from_slice);
        let pieces: Vec<_> = pieces.map(Ok::<_, Infallible>).collect();
        let body = Body::from_stream(stream::iter(pieces));
        let call = app.post("/v1/files").by(&ops).body(&content_type, body);
        let file = call.send().await.expect(202).json();
        assert_eq!(file["sha256"], Sha256::of(document).to_string(), "{length}");
    }
}
