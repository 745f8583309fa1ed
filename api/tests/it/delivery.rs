//! Bytes on their way out: whole, in ranges, on conditions, under a harmless name.

use axum::http::Method;
use dossier_common::digest::Sha256;

use crate::harness::{Answer, App, NewFile, Person};

const CHUNK: usize = 1024 * 1024;

/// Two and a half chunks that differ everywhere.
fn bytes() -> Vec<u8> {
    (0..CHUNK * 5 / 2).map(|i| ((i * 31) >> 7) as u8).collect()
}

struct ServedDocument {
    app: App,
    client: Person,
    path: String,
    bytes: Vec<u8>,
    etag: String,
}

impl ServedDocument {
    async fn with(name: &str, bytes: Vec<u8>) -> Self {
        let app = App::start().await;
        let (client, ops) = (app.client().await, app.ops().await);
        let new = NewFile {
            name,
            bytes: &bytes,
            recipients: None,
        };
        let file = app.available(&ops, new).await;
        Self {
            path: app.download_path(&client, &file).await,
            etag: format!("\"{}\"", file.sha256),
            app,
            client,
            bytes,
        }
    }

    async fn get(&self, headers: &[(&str, &str)]) -> Answer {
        self.ask(Method::GET, headers).await
    }

    async fn ask(&self, method: Method, headers: &[(&str, &str)]) -> Answer {
        let mut call = self.app.call(method, &self.path).by(&self.client);
        for (name, value) in headers {
            call = call.header(name, value);
        }
        call.send().await
    }
}

#[tokio::test]
async fn the_whole_document_comes_with_everything_a_browser_must_know() {
    let served = ServedDocument::with("Bericht € \"1\".docx", bytes()).await;
    let whole = served.get(&[]).await.expect(200);
    assert!(whole.body == served.bytes);
    let digest = Sha256::of(&served.bytes);
    for (name, value) in [
        (
            "content-type",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        ("content-length", &*served.bytes.len().to_string()),
        ("accept-ranges", "bytes"),
        ("etag", &*served.etag),
        ("repr-digest", &*digest.repr_digest()),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "private, no-store"),
        ("referrer-policy", "no-referrer"),
        ("content-security-policy", "sandbox; default-src 'none'"),
        (
            "content-disposition",
            "attachment; filename=\"Bericht _ _1_.docx\"; filename*=UTF-8''Bericht%20%E2%82%AC%20%221%22.docx",
        ),
    ] {
        assert_eq!(whole.header(name), value, "{name}");
    }
    let head = served.ask(Method::HEAD, &[("range", "bytes=0-1")]).await;
    let head = head.expect(200);
    assert!(head.body.is_empty());
    for (name, value) in &whole.headers {
        if name != "x-request-id" {
            assert_eq!(head.headers.get(name), Some(value), "{name}");
        }
    }
}

#[tokio::test]
async fn ranges_across_the_borders_of_chunks_are_put_together_again() {
    let served = ServedDocument::with("report.docx", bytes()).await;
    let (total, mut together) = (served.bytes.len(), Vec::new());
    let borders = [
        0,
        1,
        CHUNK - 1,
        CHUNK,
        CHUNK + 1,
        2 * CHUNK - 7,
        2 * CHUNK + 5,
        total,
    ];
    for pair in borders.windows(2) {
        let (start, last) = (pair[0], pair[1] - 1);
        let range = format!("bytes={start}-{last}");
        let part = served.get(&[("range", &range)]).await.expect(206);
        let expected = format!("bytes {start}-{last}/{total}");
        assert_eq!(part.header("content-range"), expected);
        assert_eq!(
            part.header("content-length"),
            (last + 1 - start).to_string()
        );
        assert_eq!(part.header("etag"), served.etag);
        assert_eq!(
            part.header("repr-digest"),
            Sha256::of(&served.bytes).repr_digest()
        );
        together.extend_from_slice(&part.body);
    }
    assert!(together == served.bytes);
    for (range, expected) in [
        ("bytes=-5", total - 5..total),
        ("bytes=2097100-", 2_097_100..total),
        ("bytes=1048570-2097160", 1_048_570..2_097_161),
        ("bytes=2621439-99999999999", total - 1..total),
    ] {
        let part = served.get(&[("range", range)]).await.expect(206);
        assert!(part.body == served.bytes[expected], "{range}");
    }
}

#[tokio::test]
async fn a_range_that_does_not_exist_says_how_long_the_document_is() {
    let served = ServedDocument::with("report.docx", b"ten bytes.".to_vec()).await;
    for range in ["bytes=10-", "bytes=10-20", "bytes=-0"] {
        let answer = served.get(&[("range", range)]).await;
        answer.problem(416, "range_not_satisfiable");
        assert_eq!(answer.header("content-range"), "bytes */10", "{range}");
    }
    for ignored in [
        "bytes=4-2",
        "lines=1-2",
        "bytes=a-b",
        "bytes=0-1,3-4",
        "bytes",
    ] {
        let answer = served.get(&[("range", ignored)]).await.expect(200);
        assert_eq!(&answer.body[..], b"ten bytes.", "{ignored}");
    }
}

#[tokio::test]
async fn conditions_are_evaluated_in_the_order_of_the_standard() {
    let served = ServedDocument::with("report.docx", b"ten bytes.".to_vec()).await;
    let (etag, weak) = (&*served.etag.clone(), format!("W/{}", served.etag));
    let (other, range) = ("\"other\"", ("range", "bytes=0-1"));
    let cases: [(&[(&str, &str)], u16); 13] = [
        (&[("if-none-match", etag)], 304),
        (&[("if-none-match", &weak)], 304),
        (&[("if-none-match", "*")], 304),
        (&[("if-none-match", other)], 200),
        (&[("if-match", etag)], 200),
        (&[("if-match", "*")], 200),
        (&[("if-match", &weak)], 412),
        (&[("if-match", other), ("if-none-match", etag)], 412),
        (&[("if-none-match", etag), range], 304),
        (&[("if-range", etag), range], 206),
        (&[("if-range", &weak), range], 200),
        (&[("if-range", other), range], 200),
        (&[("if-range", "Sun, 06 Nov 1994 08:49:37 GMT"), range], 200),
    ];
    for (headers, status) in cases {
        let answer = served.get(headers).await;
        assert_eq!(answer.status, status, "{headers:?}");
        if status == 304 {
            assert!(answer.body.is_empty());
            assert_eq!(answer.header("etag"), served.etag);
            assert_eq!(answer.header("cache-control"), "private, no-store");
        }
    }
}

#[tokio::test]
async fn an_empty_document_is_delivered_empty() {
    let served = ServedDocument::with("empty.docx", Vec::new()).await;
    let answer = served.get(&[]).await.expect(200);
    assert!(answer.body.is_empty());
    assert_eq!(answer.header("content-length"), "0");
    let answer = served.get(&[("range", "bytes=0-")]).await;
    assert_eq!(answer.header("content-range"), "bytes */0");
}

#[tokio::test]
async fn a_document_whose_bytes_are_gone_is_our_failure_and_not_half_a_download() {
    let served = ServedDocument::with("report.docx", bytes()).await;
    let chunks = served
        .app
        .database()
        .collection::<mongodb::bson::Document>("blobs.chunks");
    chunks
        .delete_one(mongodb::bson::doc! { "n": 0 })
        .await
        .expect("it can go");
    served.get(&[]).await.problem(500, "internal");
}
