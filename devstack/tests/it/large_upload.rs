//! Uploads are streamed: a large one needs no memory, one too large is not read to its end.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use dossier_devstack::process::Process;
use dossier_devstack::story::Fixture;
use futures_util::future::{join, join_all};
use futures_util::stream;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedWriteHalf;

use crate::harness::{PATIENCE, TestStack};

const MIB: u64 = 1024 * 1024;
const CHUNK: usize = 64 * 1024;

#[cfg(target_os = "linux")]
#[tokio::test]
async fn an_upload_of_one_gibibyte_grows_the_api_by_less_than_64_mib() {
    let stack = TestStack::start(|options| options.api_env("MAX_UPLOAD_BYTES", 2048 * MIB)).await;
    let ops = stack.ops().await;
    // The first upload brings what every upload needs.
    let small = ops
        .upload(
            "/v1/files",
            &Fixture::read("report.docx").expect("the fixture"),
        )
        .await;
    small
        .and_then(|answer| answer.expect(202))
        .expect("a small upload is accepted");
    let before = resident_kib(stack.api(), "VmRSS:");
    forget_peak(stack.api());
    let chunk =
        Bytes::from(b"a line of a very long document\n".repeat(CHUNK / 31 + 1)).slice(..CHUNK);
    let chunks = (0..1024 * MIB / CHUNK as u64).map(move |_| Ok::<_, Infallible>(chunk.clone()));
    let body = reqwest::Body::wrap_stream(stream::iter(chunks));
    let part = Part::stream_with_length(body, 1024 * MIB).file_name("large.docx");
    let request = ops
        .request(Method::POST, "/v1/files")
        .multipart(Form::new().text("audience", "everyone").part("file", part));
    let answer = ops.send(request.timeout(Duration::from_secs(300))).await;
    answer
        .and_then(|answer| answer.expect(202))
        .expect("a large upload is accepted");
    let growth = resident_kib(stack.api(), "VmHWM:").saturating_sub(before) / 1024;
    assert!(growth < 64, "it grew by {growth} MiB");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn ten_heads_of_parts_of_99_mib_grow_the_api_by_less_than_32_mib() {
    let stack = TestStack::start(|options| options.api_env("STORAGE_RESERVE_BYTES", 0_u64)).await;
    let ops = stack.ops().await;
    let report = Fixture::read("report.docx").expect("the fixture");
    let small = ops.upload("/v1/files", &report).await;
    small
        .and_then(|answer| answer.expect(202))
        .expect("a small upload is accepted");
    let before = resident_kib(stack.api(), "VmRSS:");
    forget_peak(stack.api());
    let token = ops.token().expect("Ops is logged in");
    let url = stack.api_url();
    let answers = join_all((0..10).map(|_| send_long_head(&url, token))).await;
    for answer in answers {
        assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    }
    let growth = resident_kib(stack.api(), "VmHWM:").saturating_sub(before) / 1024;
    assert!(growth < 32, "it grew by {growth} MiB");
}

/// Sends an upload whose first part has a head of 99 MiB, as far as it is taken; what is answered.
async fn send_long_head(url: &str, token: &str) -> String {
    let length = 99 * MIB;
    let head = format!(
        "POST /v1/files HTTP/1.1\r\nhost: dossier\r\nauthorization: Bearer {token}\r\ncontent-length: {length}\r\n\
         content-type: multipart/form-data; boundary=b\r\n\r\n--b\r\nx-filler: "
    );
    let (read, mut write) = connect(url).await.into_split();
    let sending = async move {
        let chunk = vec![b'x'; CHUNK];
        let mut is_taken = write.write_all(head.as_bytes()).await.is_ok();
        let mut sent = 0;
        while is_taken && sent < length {
            is_taken = write.write_all(&chunk).await.is_ok();
            sent += CHUNK as u64;
        }
    };
    let reading = async move {
        let mut answer = Vec::new();
        // The connection may be reset once the answer is there, as we are still sending.
        let _ = read.take(64 * 1024).read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    };
    let both = join(sending, reading);
    let ((), answer) = tokio::time::timeout(PATIENCE, both)
        .await
        .expect("the connection is closed");
    answer
}

#[tokio::test]
async fn an_upload_over_the_limit_is_refused_without_reading_the_rest() {
    let stack = TestStack::start(|options| options.api_env("MAX_UPLOAD_BYTES", MIB)).await;
    let token = stack
        .ops()
        .await
        .token()
        .expect("Ops is logged in")
        .to_owned();
    let (read, write) = connect(&stack.api_url()).await.into_split();
    let sending = tokio::spawn(send_without_end(write, token));
    let mut answer = Vec::new();
    // The connection may be reset once the answer is there, as we are still sending.
    let reading = async {
        let _ = read.take(64 * 1024).read_to_end(&mut answer).await;
    };
    tokio::time::timeout(PATIENCE, reading)
        .await
        .expect("the connection is closed");
    let sent = tokio::time::timeout(PATIENCE, sending)
        .await
        .expect("sending ends")
        .expect("it does not panic");
    let answer = String::from_utf8_lossy(&answer).to_lowercase();
    assert!(answer.starts_with("http/1.1 413"), "{answer}");
    assert!(
        answer.contains("application/problem+json") && answer.contains("payload_too_large"),
        "{answer}"
    );
    // The limit, a bounded drain, and what sockets buffer.
    assert!(sent < 48 * MIB, "{} MiB were taken", sent / MIB);
}

/// Sends an upload that never ends, until nobody takes it any more; returns how much was taken.
async fn send_without_end(mut write: OwnedWriteHalf, token: String) -> u64 {
    let head = format!(
        "POST /v1/files HTTP/1.1\r\nhost: dossier\r\nauthorization: Bearer {token}\r\ntransfer-encoding: chunked\r\n\
         content-type: multipart/form-data; boundary=b\r\n\r\n"
    );
    let part =
        "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"endless.docx\"\r\n\r\n";
    let mut next = format!("{head}{:x}\r\n{part}\r\n", part.len()).into_bytes();
    let chunk = [
        format!("{CHUNK:x}\r\n").as_bytes(),
        &vec![b'x'; CHUNK][..],
        b"\r\n",
    ]
    .concat();
    let mut sent = 0;
    while sent < 1024 * MIB && write.write_all(&next).await.is_ok() {
        sent += next.len() as u64;
        next.clone_from(&chunk);
    }
    sent
}

async fn connect(url: &str) -> TcpStream {
    let address = url.trim_start_matches("http://");
    TcpStream::connect(address).await.expect("the api listens")
}

/// A line of `/proc/PID/status`, in KiB.
fn resident_kib(process: &Process, line: &str) -> u64 {
    let status =
        std::fs::read_to_string(format!("/proc/{}/status", process.pid())).expect("the api lives");
    let value = status
        .lines()
        .find_map(|text| text.strip_prefix(line))
        .expect("the line is there");
    value
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .expect("a number")
}

/// Starts the measurement of the peak (`VmHWM`) anew.
fn forget_peak(process: &Process) {
    std::fs::write(format!("/proc/{}/clear_refs", process.pid()), "5").expect("it is our child");
}
