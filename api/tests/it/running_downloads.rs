//! Downloads under way end within five seconds when what they depend on has ended.

use std::time::Duration;

use axum::http::Method;
use dossier_common::file::File;
use dossier_common::id::LinkId;
use dossier_common::user::Role;
use dossier_devstack::testing::Stopwatch;
use mongodb::bson::{Document, doc};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::harness::{App, NewFile, PATIENCE, Person, Wire, eventually};

/// More than the buffers between the service and a client that does not read.
const SIZE: usize = 24 * 1024 * 1024;

const LIMIT: Duration = Duration::from_secs(5);

/// A download of which the client has read the beginning.
struct Begun(TcpStream);

impl Begun {
    async fn of(app: &App, wire: &Wire, client: &Person, file: &File) -> Self {
        let path = app.download_path(client, file).await;
        Self::at(wire, client, &path).await
    }

    async fn at(wire: &Wire, client: &Person, path: &str) -> Self {
        let mut stream = wire.connect_narrow().await;
        let token = &client.token;
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
        );
        stream
            .write_all(request.as_bytes())
            .await
            .expect("it reads");
        let mut head = vec![0; 12];
        stream.read_exact(&mut head).await.expect("it answers");
        assert_eq!(head, b"HTTP/1.1 200");
        Self(stream)
    }

    /// How many bytes came in all, head included.
    async fn rest(mut self) -> usize {
        let mut bytes = Vec::new();
        let reading = self.0.read_to_end(&mut bytes);
        // The connection may be reset: what came before counts.
        let _ = tokio::time::timeout(PATIENCE, reading)
            .await
            .expect("it ends");
        bytes.len()
    }
}

/// Waits until only `left` downloads may go on; that it took no longer than it may.
async fn told_to_end(app: &App, left: usize, since: Stopwatch) {
    eventually(&format!("{left} downloads are left"), async || {
        (app.state.downloads.running() == left).then_some(())
    })
    .await;
    let took = since.ran();
    assert!(took < LIMIT, "{took:?}");
}

async fn revoke(app: &App, client: &Person, link: LinkId) {
    let address = format!("/v1/links/{link}");
    let revoking = app.call(Method::DELETE, &address).by(client).send();
    revoking.await.expect(204);
}

async fn large(app: &App, ops: &Person) -> File {
    let bytes = vec![7; SIZE];
    let new = NewFile {
        bytes: &bytes,
        ..NewFile::default()
    };
    app.available(ops, new).await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_end_breaks_off_the_downloads_that_depend_on_it_and_no_other() {
    let app = App::start().await;
    let wire = Wire::serve(&app).await;
    let (ops, admin) = (app.ops().await, app.admin().await);
    let file = large(&app, &ops).await;
    let [by_link, by_account, by_session, by_document] =
        ["link", "account", "session", "document"].map(|name| format!("{name}@example.com"));
    let client = async |email: &str| app.person(email, Role::Client).await;
    let revoking_client = client(&by_link).await;
    let (link, path) = app.link(&revoking_client, &file, json!({})).await;
    let revoked = Begun::at(&wire, &revoking_client, &path).await;
    let disabled_client = client(&by_account).await;
    let disabled = Begun::of(&app, &wire, &disabled_client, &file).await;
    let gone_client = client(&by_session).await;
    let gone = Begun::of(&app, &wire, &gone_client, &file).await;
    let withdrawn_client = client(&by_document).await;
    let withdrawn = Begun::of(&app, &wire, &withdrawn_client, &file).await;
    assert_eq!(app.state.downloads.running(), 4);

    let since = Stopwatch::start();
    revoke(&app, &revoking_client, link).await;
    told_to_end(&app, 3, since).await;
    assert!(revoked.rest().await < SIZE);

    let since = Stopwatch::start();
    let address = format!("/v1/admin/users/{}/disable", disabled_client.id);
    app.post(&address).by(&admin).send().await.expect(200);
    told_to_end(&app, 2, since).await;
    assert!(disabled.rest().await < SIZE);

    let since = Stopwatch::start();
    let leaving = app.post("/v1/auth/logout").by(&gone_client).send();
    leaving.await.expect(204);
    told_to_end(&app, 1, since).await;
    assert!(gone.rest().await < SIZE);

    let since = Stopwatch::start();
    let address = format!("/v1/files/{}", file.id);
    let taking_back = app.call(Method::DELETE, &address).by(&ops).send();
    taking_back.await.expect(204);
    told_to_end(&app, 0, since).await;
    assert!(withdrawn.rest().await < SIZE);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_taken_out_of_the_recipients_or_of_their_group_gets_no_more_bytes_and_others_do() {
    let app = App::start().await;
    let wire = Wire::serve(&app).await;
    let ops = app.ops().await;
    let client = async |email: &str| app.person(email, Role::Client).await;
    let (named, member) = (
        client("named@example.com").await,
        client("member@example.com").await,
    );
    let other = client("other@example.com").await;
    let group = app
        .group(&ops, "Board", &[&member.email, &other.email])
        .await;
    let file = large(&app, &ops).await;
    let address = format!("/v1/files/{}", file.id);
    let meant_for = async |recipients: serde_json::Value| {
        let shown = app.get(&address).by(&ops).send().await.expect(200);
        let change = app.call(Method::PATCH, &address).by(&ops);
        let change = change.header("if-match", shown.header("etag"));
        let change = change.json(json!({ "recipients": recipients }));
        change.send().await.expect(200);
    };
    meant_for(json!([named.email, "group:Board"])).await;
    let by_name = Begun::of(&app, &wire, &named, &file).await;
    let by_group = Begun::of(&app, &wire, &member, &file).await;
    let staying = Begun::of(&app, &wire, &other, &file).await;

    let since = Stopwatch::start();
    meant_for(json!(["group:Board"])).await;
    told_to_end(&app, 2, since).await;
    assert!(by_name.rest().await < SIZE);

    let since = Stopwatch::start();
    let address = format!("/v1/groups/{group}/members");
    let body = json!({ "members": [other.email] });
    let change = app.call(Method::PUT, &address).by(&ops).json(body);
    change.send().await.expect(200);
    told_to_end(&app, 1, since).await;
    assert!(by_group.rest().await < SIZE);
    assert!(staying.rest().await > SIZE, "it is whole");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_expires_ends_its_downloads_and_a_link_that_expires_does_not() {
    let app = App::start().await;
    let wire = Wire::serve(&app).await;
    let (ops, client) = (app.ops().await, app.client().await);
    let file = large(&app, &ops).await;
    let terms = json!({ "expires_in_seconds": 60 });
    let (_, path) = app.link(&client, &file, terms).await;
    let lasting = Begun::at(&wire, &client, &path).await;
    let (link, path) = app.link(&client, &file, json!({})).await;
    let other = Begun::at(&wire, &client, &path).await;
    app.state.clock.advance(Duration::from_secs(61));
    // That this one ends proves that there was a look since.
    let since = Stopwatch::start();
    revoke(&app, &client, link).await;
    told_to_end(&app, 1, since).await;
    assert!(other.rest().await < SIZE);
    assert!(lasting.rest().await > SIZE, "it is whole");

    let ended = Begun::of(&app, &wire, &client, &file).await;
    let files = app.database().collection::<Document>("files");
    let expiry = doc! { "$set": { "expires_at": app.now() } };
    let since = Stopwatch::start();
    let expired = files.update_one(doc! { "_id": file.id }, expiry).await;
    assert_eq!(expired.expect("it can be").modified_count, 1);
    told_to_end(&app, 0, since).await;
    assert!(ended.rest().await < SIZE);
}

#[tokio::test]
async fn a_download_that_came_to_its_end_is_not_watched_any_more() {
    let app = App::start().await;
    let (ops, client) = (app.ops().await, app.client().await);
    let file = app.available(&ops, NewFile::default()).await;
    let path = app.download_path(&client, &file).await;
    app.get(&path).by(&client).send().await.expect(200);
    assert_eq!(app.state.downloads.running(), 0);
}
