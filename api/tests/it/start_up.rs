//! The real binary starts only where it can work, and says what to do where it cannot.

use std::time::Duration;

use dossier_devstack::port::free_port;
use dossier_devstack::testing::TestDatabase;
use mongodb::Client;
use mongodb::bson::doc;
use tokio::process::Command;

use crate::harness::{FERNET_KEY, OwnServer, PASSWORD, Program, migrated_database, mongod_with};

#[tokio::test]
async fn without_variables_every_problem_is_told_at_once() {
    let (code, said) = Program::bare(&[]).run("").await;
    assert_eq!(code, 1, "{said}");
    for name in ["MONGODB_URI", "PUBLIC_URL", "FERNET_KEYS", "JWT_KEYS"] {
        assert!(said.contains(&format!("{name}: ")), "{name}: {said}");
    }
    assert!(said.contains("4 problem"), "{said}");
}

#[tokio::test]
async fn a_public_address_with_a_path_is_refused_for_nothing_is_served_below_it() {
    for path in ["/dossier", "/a/b/", "/?x", "/#x"] {
        let url = format!("https://example.com{path}");
        let program = Program::bare(&[]).variable("PUBLIC_URL", &url);
        let (code, said) = program.run("").await;
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("PUBLIC_URL: must be"), "{path}: {said}");
        assert!(said.contains("no path"), "{path}: {said}");
    }
}

#[tokio::test]
async fn what_is_wrong_is_told_by_name_and_rule_and_no_secret_is_shown() {
    let program = Program::bare(&["serve"])
        .variable("MONGODB_URI", "postgres://ada:s3cret@db/x")
        .variable("PUBLIC_URL", "ftp://s3cret@example.com")
        .variable("FERNET_KEYS", "s3cret")
        .variable("JWT_KEYS", "k1:czNjcmV0")
        .variable("LISTEN_ADDR", "s3cret")
        .variable("MAX_UPLOAD_BYTES", "-1")
        .variable("UPLOAD_IDLE_SECONDS", "0")
        .variable("UPLOAD_TIMEOUT_SECONDS", "0")
        .variable("UPLOAD_MIN_BYTES_PER_SECOND", "fast")
        .variable("QUEUE_LEASE_SECONDS", "forever")
        .variable("SHUTDOWN_GRACE_SECONDS", "x")
        .variable("LOG_FORMAT", "s3cret")
        .variable("RUST_LOG", "=s3cret=");
    let (code, said) = program.run("").await;
    assert_eq!(code, 1, "{said}");
    for name in [
        "MONGODB_URI",
        "PUBLIC_URL",
        "FERNET_KEYS",
        "JWT_KEYS",
        "LISTEN_ADDR",
        "MAX_UPLOAD_BYTES",
        "UPLOAD_IDLE_SECONDS",
        "UPLOAD_TIMEOUT_SECONDS",
        "UPLOAD_MIN_BYTES_PER_SECOND",
        "QUEUE_LEASE_SECONDS",
        "SHUTDOWN_GRACE_SECONDS",
        "LOG_FORMAT",
        "RUST_LOG",
    ] {
        assert!(said.contains(&format!("{name}: ")), "{name}: {said}");
    }
    assert!(!said.contains("s3cret") && !said.contains("czNj"), "{said}");
}

#[tokio::test]
async fn a_password_in_an_address_that_cannot_be_read_is_not_shown() {
    for uri in [
        "mongodb://ada:s3cret@@host/x",
        "mongodb://ada:s3:cret@host/x",
    ] {
        let (code, said) = Program::configured(uri).run("").await;
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("MONGODB_URI"), "{said}");
        assert!(!said.contains("s3"), "{said}");
    }
}

#[tokio::test]
async fn a_database_that_is_behind_is_refused_with_what_to_run() {
    let database = TestDatabase::create().await;
    let (code, said) = Program::configured(database.uri()).run("").await;
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("`dossier-migrate up`"), "{said}");
    assert!(said.contains("schema version 0"), "{said}");
}

#[tokio::test]
async fn a_newer_database_is_served() {
    let database = migrated_database().await;
    let ledger = database.database().collection("schema_migrations");
    let newer = doc! { "_id": 999, "name": "later", "checksum": "x", "applied_at": mongodb::bson::DateTime::MAX };
    ledger.insert_one(newer).await.expect("it can be added");
    let running = Program::configured(database.uri()).start().await;
    let (code, log) = running.stop().await;
    assert_eq!(code, 0, "{log}");
}

#[tokio::test]
async fn a_standalone_server_is_refused_with_what_to_do() {
    let (_server, _folder, uri) = mongod_with(&[]).await;
    for uri in [uri.clone(), format!("{uri}?replicaSet=rs0")] {
        let (code, said) = Program::configured(&uri).run("").await;
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("--replSet rs0"), "{said}");
        assert!(said.contains("rs.initiate()"), "{said}");
        assert!(!said.contains("Topology"), "{said}");
    }
}

#[tokio::test]
async fn a_replica_set_that_was_not_initiated_is_refused_with_what_to_do() {
    let (_server, _folder, uri) = mongod_with(&["--replSet", "rs0"]).await;
    for uri in [uri.clone(), format!("{uri}?replicaSet=rs0")] {
        let (code, said) = Program::configured(&uri).run("").await;
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("run rs.initiate() once"), "{said}");
        assert!(!said.contains("Topology"), "{said}");
    }
}

#[tokio::test]
async fn a_wrong_name_of_the_replica_set_is_told_with_the_right_one() {
    let database = migrated_database().await;
    if !database.uri().contains("replicaSet=rs0") {
        // A server from MONGODB_URI has its own name.
        return;
    }
    let uri = database.uri().replace("replicaSet=rs0", "replicaSet=other");
    let (code, said) = Program::configured(&uri).run("").await;
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("is part of the replica set rs0"), "{said}");
    assert!(!said.contains("Topology"), "{said}");
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_told_within_seconds() {
    let port = free_port().expect("a port");
    let uri = format!("mongodb://ada:s3cret@127.0.0.1:{port}/x?serverSelectionTimeoutMS=300");
    let (code, said) = ends_in_time(Program::configured(&uri)).await;
    assert_eq!(code, 1, "{said}");
    assert!(!said.contains("s3cret"), "{said}");
    assert!(
        said.contains(&format!("no MongoDB server answers at 127.0.0.1:{port}")),
        "{said}"
    );
}

#[tokio::test]
async fn a_frozen_server_is_told_within_seconds_however_patient_its_address_is() {
    let (server, _folder, uri) = mongod_with(&["--replSet", "rs0"]).await;
    let pid = server.id().expect("it runs").to_string();
    let stopped = Command::new("kill").args(["-s", "STOP", &pid]).status();
    assert!(stopped.await.expect("signals can be sent").success());
    let uri = format!("{uri}?replicaSet=rs0&serverSelectionTimeoutMS=60000&connectTimeoutMS=60000");
    let (code, said) = ends_in_time(Program::configured(&uri)).await;
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("no MongoDB server answers at"), "{said}");
}

#[tokio::test]
async fn a_server_that_falls_silent_in_the_middle_is_told_within_seconds() {
    let own = OwnServer::start(true).await;
    let client = Client::with_uri_str(own.server.uri("admin")).await;
    let blocked = doc! {
        "configureFailPoint": "failCommand", "mode": "alwaysOn",
        "data": {
            "failCommands": ["find"], "appName": "dossier-api",
            "blockConnection": true, "blockTimeMS": 60_000,
        },
    };
    let admin = client.expect("a client").database("admin");
    admin.run_command(blocked).await.expect("it can be set");
    let program = Program::configured(&own.server.uri("dossier"));
    let (code, said) = ends_in_time(program).await;
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("answers, but does not do in time"), "{said}");
    own.server.process().kill().await;
}

/// Runs a program that cannot start to its end: the exit code, and all it said.
async fn ends_in_time(program: Program) -> (i32, String) {
    let ended = tokio::time::timeout(Duration::from_secs(20), program.run("")).await;
    ended.expect("it gives up in time")
}

#[tokio::test]
async fn an_address_that_is_taken_is_told_with_what_to_do() {
    let database = migrated_database().await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = taken.local_addr().expect("an address").to_string();
    let program = Program::configured(database.uri()).variable("LISTEN_ADDR", &taken);
    let (code, said) = program.run("").await;
    assert_eq!(code, 1, "{said}");
    let what_to_do = "set LISTEN_ADDR to another address, or stop the program that uses this one";
    assert!(said.contains(what_to_do), "{said}");
}

#[tokio::test]
async fn secrets_come_from_files_too_but_not_from_both() {
    let database = migrated_database().await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("keys");
    std::fs::write(&file, format!("{FERNET_KEY}\n")).expect("it can be written");
    let file = file.to_str().expect("a path");
    let with_file = || Program::configured(database.uri()).variable("FERNET_KEYS_FILE", file);
    let (code, said) = with_file().run("").await;
    assert_eq!(code, 1);
    assert!(
        said.contains("set it or FERNET_KEYS_FILE, not both"),
        "{said}"
    );
    let running = with_file().variable("FERNET_KEYS", "").start().await;
    running.stop().await;
}

#[tokio::test]
async fn accounts_are_created_from_the_command_line_with_the_password_on_standard_input() {
    let database = migrated_database().await;
    let create = |more: &[&str]| {
        let words = [
            "users",
            "create",
            "--email",
            "ops@example.com",
            "--role",
            "ops",
        ];
        Program::bare(&[&words, more].concat()).variable("MONGODB_URI", database.uri())
    };
    let (code, said) = create(&[]).run(PASSWORD).await;
    assert_ne!(code, 0, "the password is asked for by name: {said}");
    let (code, said) = create(&["--password-stdin"]).run("password1234").await;
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("easy to guess"), "{said}");
    let (code, said) = create(&["--password-stdin"])
        .run(&format!("{PASSWORD}\n"))
        .await;
    assert_eq!(code, 0, "{said}");
    assert!(!said.contains(PASSWORD), "{said}");
    let (code, said) = create(&["--password-stdin"]).run(PASSWORD).await;
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("nothing was changed"), "{said}");
    let (code, _) = create(&["--password-stdin", "--if-absent"])
        .run(PASSWORD)
        .await;
    assert_eq!(code, 0);
    let client = Client::with_uri_str(database.uri())
        .await
        .expect("a client");
    let users = client
        .default_database()
        .expect("a name")
        .collection("users");
    let user: mongodb::bson::Document = users
        .find_one(doc! {})
        .await
        .expect("readable")
        .expect("there");
    assert_eq!(user.get_str("role").ok(), Some("ops"));
    assert!(user.get_datetime("email_verified_at").is_ok());
}

#[tokio::test]
async fn an_account_from_the_command_line_has_a_name_and_an_address_that_hurt_nobody() {
    let database = migrated_database().await;
    for (email, name, rule) in [
        ("ops@localhost", "Ada", "domain of the internet"),
        ("ops@127.0.0.1", "Ada", "domain of the internet"),
        (
            "ops@example.com",
            "https://evil.example",
            "at most 60 letters",
        ),
    ] {
        let words = [
            "users",
            "create",
            "--email",
            email,
            "--name",
            name,
            "--role",
            "ops",
            "--password-stdin",
        ];
        let program = Program::bare(&words).variable("MONGODB_URI", database.uri());
        let (code, said) = program.run(PASSWORD).await;
        assert_ne!(code, 0, "{said}");
        assert!(said.contains(rule), "{said}");
    }
}
