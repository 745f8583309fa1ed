//! Events of documents go on after the database was away, and nothing is lost.

use dossier_devstack::mongod::Mongod;
use mongodb::Client;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::harness::{Form, OwnServer, PATIENCE, Program, Wire, eventually};
use crate::outage::log_in;

const REPORT: &[u8] = include_bytes!("../../../fixtures/report.docx");

/// Reads on until `text` has `wanted`.
async fn read_until(stream: &mut TcpStream, text: &mut String, wanted: &str) {
    let reading = async {
        let mut bytes = [0; 4096];
        while !text.contains(wanted) {
            let read = stream.read(&mut bytes).await.expect("it can be read");
            assert_ne!(read, 0, "it ends without {wanted}: {text}");
            text.push_str(&String::from_utf8_lossy(&bytes[..read]));
        }
    };
    let read = timeout(PATIENCE, reading).await;
    assert!(read.is_ok(), "no {wanted} in time");
}

/// Uploads a document as soon as that is possible: its id.
async fn upload(wire: &Wire, token: &str) -> String {
    let form = Form::file("report.docx", REPORT).and("recipients", "client@example.com");
    let (content_type, body) = form.finish();
    let head = format!(
        "POST /v1/files HTTP/1.1\r\nAuthorization: Bearer {token}\r\nContent-Type: {content_type}"
    );
    let answer = eventually("a document is accepted", async || {
        let answer = wire.exchange(&head, &body).await;
        answer.starts_with("HTTP/1.1 202 ").then_some(answer)
    })
    .await;
    let (_, id) = answer.split_once("\"id\":\"").expect("an id");
    id.split('"').next().expect("an id").to_owned()
}

#[tokio::test]
async fn a_database_that_was_away_costs_listeners_nothing() {
    let own = OwnServer::start(false).await;
    let uri = own.server.uri("dossier");
    let client = Client::with_uri_str(&uri).await.expect("a client");
    let migrated = dossier_migrations::migrate(&client.database("dossier"), |_| {}).await;
    migrated.expect("the migrations run");
    let running = Program::configured(&uri).start().await;
    let token = log_in(&uri, &running).await;
    let wire = Wire::at(&running.listens("address"));
    let request =
        format!("GET /v1/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n\r\n");
    let (mut stream, mut text) = (wire.send(&request).await, String::new());
    read_until(&mut stream, &mut text, "event: ready").await;
    let before = upload(&wire, &token).await;
    read_until(&mut stream, &mut text, &before).await;
    own.server.process().kill().await;
    let again = Mongod::start(&own.binary, &own.options).await;
    let again = again.expect("it starts again");
    let after = upload(&wire, &token).await;
    read_until(&mut stream, &mut text, &after).await;
    assert_eq!(text.matches(&before).count(), 1, "{text}");
    assert!(!text.contains("event: reset"), "{text}");
    let (code, log) = running.stop().await;
    assert_eq!(code, 0, "{log}");
    again.process().kill().await;
}
