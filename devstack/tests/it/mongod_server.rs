//! The server devstack runs: it moves, it explains itself, and it never outlives its owner.

use std::path::Path;

use dossier_devstack::mongod::{self, Mongod, MongodBinary, MongodOptions};
use dossier_devstack::progress::Progress;
use mongodb::Client;
use mongodb::bson::{Document, doc};

async fn binary() -> MongodBinary {
    let found = tokio::task::spawn_blocking(|| mongod::find(Progress::Lines))
        .await
        .expect("no panic");
    found.unwrap_or_else(|error| panic!("{error}"))
}

fn options(folder: &Path) -> MongodOptions {
    MongodOptions::for_test(folder).expect("a free port")
}

async fn documents(server: &Mongod) -> u64 {
    let client = Client::with_uri_str(server.uri("test"))
        .await
        .expect("a client");
    let things = client.database("test").collection::<Document>("things");
    things
        .insert_one(doc! {})
        .await
        .expect("the server is primary");
    things.count_documents(doc! {}).await.expect("a count")
}

#[tokio::test]
async fn data_is_usable_again_on_another_port() {
    let (binary, folder) = (binary().await, tempfile::tempdir().expect("a folder"));
    let first = Mongod::start(&binary, &options(folder.path()))
        .await
        .expect("it starts");
    assert_eq!(documents(&first).await, 1);
    first.stop().await;
    let second = Mongod::start(&binary, &options(folder.path()))
        .await
        .expect("it starts elsewhere");
    assert_ne!(first.port(), second.port());
    assert_eq!(documents(&second).await, 2);
    second.stop().await;
}

#[tokio::test]
async fn a_server_that_was_left_behind_gives_its_data_to_the_next() {
    let (binary, folder) = (binary().await, tempfile::tempdir().expect("a folder"));
    let left_behind = Mongod::start(&binary, &options(folder.path()))
        .await
        .expect("it starts");
    assert_eq!(documents(&left_behind).await, 1);
    let next = Mongod::start(&binary, &options(folder.path()))
        .await
        .expect("it takes over");
    assert!(left_behind.process().exit_status().is_some());
    assert_eq!(documents(&next).await, 2);
    next.stop().await;
}

#[tokio::test]
async fn a_taken_port_is_said_at_once_in_a_sentence() {
    let (binary, folder) = (binary().await, tempfile::tempdir().expect("a folder"));
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port();
    let options = MongodOptions {
        port,
        ..options(folder.path())
    };
    let error = Mongod::start(&binary, &options)
        .await
        .expect_err("the port is taken");
    assert!(
        error.to_string().contains(&format!("port {port} is taken")),
        "{error}"
    );
}
