//! A download whose connections break comes to its end in one use of its link, byte by byte.

use dossier_common::digest::Sha256;
use dossier_common::file::File;
use dossier_common::id::LinkId;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::time::timeout;

use crate::harness::{App, NewFile, PATIENCE, Person, Wire};

fn bytes(size: usize) -> Vec<u8> {
    (0..size).map(|i| ((i * 31) >> 7) as u8).collect()
}

async fn one_use(app: &App, bytes: &[u8]) -> (Person, File, LinkId, String) {
    let (client, ops) = (app.client().await, app.ops().await);
    let new = NewFile {
        bytes,
        ..NewFile::default()
    };
    let file = app.available(&ops, new).await;
    let (link, path) = app
        .link(&client, &file, json!({ "max_downloads": 1 }))
        .await;
    (client, file, link, path)
}

async fn assert_one_use(app: &App, link: LinkId) {
    let found = app.state.store.find_link(link).await.expect("readable");
    let found = found.expect("there");
    assert_eq!(
        (found.downloads, found.opened(), found.completed()),
        (1, 1, 1)
    );
}

#[tokio::test]
async fn a_hundred_clients_that_leave_and_resume_get_the_document_once() {
    let app = App::start().await;
    let bytes = bytes(6_500_000);
    let (client, file, link, path) = one_use(&app, &bytes).await;
    let mut have = Vec::new();
    for number in 1..=100_usize {
        let range = format!("bytes={}-", have.len());
        let call = app.get(&path).by(&client).header("range", &range);
        // At different places of the chunks that are handed over.
        let part = call.read(number * 7_919 % 116_003).await;
        assert_eq!(part.status, 206, "{number}: {range}");
        have.extend(part.bytes);
    }
    let range = format!("bytes={}-", have.len());
    let rest = app.get(&path).by(&client).header("range", &range);
    have.extend(rest.send().await.expect(206).body);
    assert_eq!(Sha256::of(&have), file.sha256);
    assert_one_use(&app, link).await;
    let again = app.get(&path).by(&client).send().await;
    again.problem(404, "not_found");
}

/// Reads some bytes of the document from `from` on, and leaves with others unread, which resets the connection.
async fn read_some(wire: &Wire, path: &str, client: &Person, from: usize, most: usize) -> Vec<u8> {
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nRange: bytes={from}-\r\n\r\n",
        client.token
    );
    let mut stream = BufReader::new(wire.send(&request).await);
    let mut line = String::new();
    stream.read_line(&mut line).await.expect("a status");
    assert!(line.starts_with("HTTP/1.1 206 "), "{from}: {line}");
    while !line.trim_end().is_empty() {
        line.clear();
        stream.read_line(&mut line).await.expect("a header");
    }
    let mut some = vec![0; most];
    let mut length = 0;
    while length < most {
        match stream.read(&mut some[length..]).await.expect("it sends") {
            0 => break,
            read => length += read,
        }
    }
    some.truncate(length);
    some
}

#[tokio::test]
async fn a_start_that_was_reset_leaves_the_use_and_a_whole_answer_does_not() {
    let app = App::start().await;
    let bytes = bytes(300_000);
    let (client, file, link, path) = one_use(&app, &bytes).await;
    let wire = Wire::serve(&app).await;
    let authorization = format!("Host: localhost\r\nAuthorization: Bearer {}", client.token);
    let request = format!("GET {path} HTTP/1.1\r\n{authorization}\r\n\r\n");
    let unread = wire.send(&request).await;
    let arriving = timeout(PATIENCE, unread.readable()).await;
    arriving.expect("in time").expect("it sends");
    drop(unread);
    let mut stream = wire.send(&request).await;
    let mut answer = Vec::new();
    while !answer.ends_with(&bytes) {
        let reading = timeout(PATIENCE, stream.read_buf(&mut answer)).await;
        assert_ne!(reading.expect("in time").expect("it sends"), 0);
    }
    assert!(answer.starts_with(b"HTTP/1.1 200 "));
    assert_eq!(Sha256::of(&bytes), file.sha256);
    assert_one_use(&app, link).await;
    // The next request on the connection says that the answer has arrived.
    stream
        .write_all(request.as_bytes())
        .await
        .expect("it reads");
    let mut again = [0; 13];
    let reading = timeout(PATIENCE, stream.read_exact(&mut again)).await;
    reading.expect("in time").expect("it answers");
    assert_eq!(&again, b"HTTP/1.1 404 ");
    drop(stream);
    let another = app.get(&path).by(&client).send().await;
    another.problem(404, "not_found");
}

#[tokio::test]
async fn what_was_on_its_way_when_a_connection_was_reset_is_sent_again() {
    let app = App::start().await;
    let bytes = bytes(6_000_000);
    let (client, file, link, path) = one_use(&app, &bytes).await;
    let wire = Wire::serve(&app).await;
    let mut have = Vec::new();
    // The last of them break off when the service has handed everything over.
    while have.len() < bytes.len() {
        let most = (bytes.len() - have.len()).min(700_000);
        let reading = read_some(&wire, &path, &client, have.len(), most);
        have.extend(timeout(PATIENCE, reading).await.expect("in time"));
    }
    assert_eq!(Sha256::of(&have), file.sha256);
    assert_one_use(&app, link).await;
}
