//! `cargo dev` on a MongoDB at `MONGODB_URI` says of it what is true.

use dossier_devstack::mongod::{self, Mongod, MongodOptions};
use dossier_devstack::port::free_port;
use dossier_devstack::progress::Progress;
use dossier_devstack::testing::TestDatabase;
use std::time::{Duration, Instant};

use crate::checkout::{Checkout, text};

/// Far less than it takes to build anything or to give up on a server.
const SOON: Duration = Duration::from_secs(30);

/// What `cargo dev --detach` says when it refuses to start on this address.
async fn refusal(uri: &str) -> String {
    let checkout = Checkout::on(uri);
    let began = Instant::now();
    let output = checkout.run(&["--detach"]).await;
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(began.elapsed() < SOON, "{said}");
    assert!(!said.contains("reset"), "no reset helps: {said}");
    said
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_said_to_be_that() {
    let port = free_port().expect("a free port");
    let said = refusal(&format!(
        "mongodb://127.0.0.1:{port}/dossier?replicaSet=rs0"
    ))
    .await;
    assert!(
        said.contains(&format!(
            "no MongoDB answers at MONGODB_URI (127.0.0.1:{port})"
        )),
        "{said}"
    );
}

#[tokio::test]
async fn a_standalone_server_is_told_from_one_that_does_not_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    let find = tokio::task::spawn_blocking(|| mongod::find(Progress::Silent)).await;
    let binary = find.expect("no panic").expect("a mongod");
    let options = MongodOptions::for_test(folder.path()).expect("a free port");
    let server = Mongod::start_standalone(&binary, &options).await;
    let server = server.expect("it starts");
    for uri in [
        server.uri("dossier"),
        format!("mongodb://127.0.0.1:{}/dossier", options.port),
        format!("mongodb://127.0.0.1:{}/?replicaSet=rs0", options.port),
    ] {
        let said = refusal(&uri).await;
        assert!(said.contains("not a member of a replica set"), "{said}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_set_of_another_name_is_named() {
    let database = TestDatabase::create().await;
    let uri = database.uri().replace("replicaSet=", "replicaSet=other-");
    let said = refusal(&uri).await;
    assert!(said.contains("and not other-"), "{said}");
}

#[tokio::test]
async fn a_refused_password_is_not_shown() {
    let database = TestDatabase::create().await;
    let uri = database
        .uri()
        .replace("mongodb://", "mongodb://somebody:hunter2@");
    let said = refusal(&uri).await;
    assert!(said.contains("refuses the user and password"), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
    let said = refusal("mongodb://somebody:hunter2/@host/dossier").await;
    assert!(said.contains("is not the address"), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
}

#[tokio::test]
async fn a_reset_leaves_the_database_and_says_so() {
    let database = TestDatabase::create().await;
    let checkout = Checkout::on(database.uri());
    checkout.succeed(&["--detach", "--workers", "0"]).await;
    let uri = checkout.variables().await.remove("MONGODB_URI");
    assert_eq!(uri.as_deref(), Some(database.uri()));
    for arguments in [&["reset"][..], &["reset", "--yes"]] {
        let output = checkout.run(arguments).await;
        let said = text(&output.stderr);
        assert!(said.contains("stays as it is"), "{said}");
        assert!(!said.contains("the database with all"), "{said}");
    }
    assert!(!checkout.path().exists());
    let left = database.database().list_collection_names().await;
    let left = left.expect("it can be asked");
    assert!(left.iter().any(|name| name == "users"), "{left:?}");
}
