//! A server that cannot be worked with is told in a sentence within seconds, and nothing is migrated.

use std::time::{Duration, Instant};

use dossier_devstack::mongod::{self, Mongod, MongodBinary, MongodOptions, free_port};
use dossier_devstack::process::Signal;
use dossier_devstack::progress::Progress;
use dossier_devstack::testing::TestDatabase;
use tempfile::TempDir;

use crate::program::run;

/// Far less than the driver's own 30 seconds.
const SOON: Duration = Duration::from_secs(20);

const STANDALONE: &str = "the MongoDB server is a standalone one; Dossier needs transactions and \
                          change streams";

/// Both commands refuse the server at `uri` with this sentence.
async fn assert_refused(uri: &str, sentence: &str) {
    let began = Instant::now();
    let (up, status) = tokio::join!(run(&["up"], Some(uri)), run(&["status"], Some(uri)));
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    for (code, said) in [up, status] {
        assert_eq!(code, 1, "{said}");
        assert!(said.contains(sentence), "{said}");
        assert!(!said.contains("Topology"), "{said}");
        assert!(!said.contains("s3cret"), "{said}");
    }
}

async fn own_server() -> (MongodBinary, MongodOptions, TempDir) {
    let find = tokio::task::spawn_blocking(|| mongod::find(Progress::Silent)).await;
    let folder = tempfile::tempdir().expect("a folder");
    let options = MongodOptions {
        data_dir: folder.path().join("data"),
        log: folder.path().join("log"),
        port: free_port().expect("a free port"),
        cache_tenths_gb: 3,
        death_signal: Signal::KILL,
        patience: Duration::from_secs(60),
        test_commands: false,
    };
    (find.expect("no panic").expect("a mongod"), options, folder)
}

#[tokio::test]
async fn a_standalone_server_is_refused_and_not_migrated() {
    let (binary, options, _folder) = own_server().await;
    let server = Mongod::start_standalone(&binary, &options).await;
    let server = server.expect("it starts");
    let plain = format!("mongodb://127.0.0.1:{}/dossier", server.port());
    for uri in [plain.clone(), format!("{plain}?replicaSet=rs0")] {
        assert_refused(&uri, STANDALONE).await;
    }
    let client = mongodb::Client::with_uri_str(&plain)
        .await
        .expect("a client");
    let collections = client.database("dossier").list_collection_names().await;
    assert!(collections.expect("it can be asked").is_empty());
    server.process().kill().await;
}

#[tokio::test]
async fn a_server_that_waits_for_its_replica_set_is_told_by_name() {
    let (binary, options, _folder) = own_server().await;
    let server = Mongod::start_uninitiated(&binary, &options).await;
    let server = server.expect("it starts");
    let host = format!("127.0.0.1:{}", server.port());
    let sentence = format!("the MongoDB server {host} is not part of its replica set yet");
    assert_refused(&format!("mongodb://{host}/dossier"), &sentence).await;
    assert_refused(
        &format!("mongodb://{host}/dossier?replicaSet=rs0"),
        &sentence,
    )
    .await;
    server.process().kill().await;
}

#[tokio::test]
async fn another_name_of_the_replica_set_is_told() {
    let database = TestDatabase::create().await;
    let uri = database.uri().replace("replicaSet=", "replicaSet=other-");
    assert_ne!(uri, database.uri(), "tests name the set");
    assert_refused(&uri, "and MONGODB_URI asks for other-").await;
}

#[tokio::test]
async fn a_server_that_is_frozen_or_not_there_does_not_answer() {
    let (binary, options, _folder) = own_server().await;
    let server = Mongod::start(&binary, &options).await.expect("it starts");
    server.process().signal(Signal::STOP);
    let address = format!("127.0.0.1:{}", server.port());
    let uri = format!("mongodb://ada:s3cret@{address}/dossier?replicaSet=rs0");
    let sentence = format!("no MongoDB server answers at {address}: start it");
    assert_refused(&uri, &sentence).await;
    server.process().kill().await;
    assert_refused(&uri, &sentence).await;
}
