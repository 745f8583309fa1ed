//! The real binary: what it says, and with which exit code.

use std::process::Stdio;

use dossier_devstack::testing::TestDatabase;
use dossier_migrations::all;
use mongodb::bson::{Document, doc};
use tokio::process::Command;

/// Runs `dossier-migrate`: its exit code, and all it said.
pub(crate) async fn run(arguments: &[&str], uri: Option<&str>) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dossier-migrate"));
    command.args(arguments).env_clear().stdin(Stdio::null());
    if let Some(uri) = uri {
        command.env("MONGODB_URI", uri);
    }
    let output = command.output().await.expect("the program runs");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8(said).expect("it speaks UTF-8");
    (output.status.code().expect("it ends by itself"), said)
}

#[tokio::test]
async fn status_fails_until_up_has_run() {
    let database = TestDatabase::create().await;
    let uri = Some(database.uri());
    let (code, said) = run(&["status"], uri).await;
    assert_eq!(code, 1, "{said}");
    let (code, said) = run(&["up"], uri).await;
    assert_eq!(code, 0, "{said}");
    assert!(
        said.contains("applied 0001 ") && said.contains("applied 0003 "),
        "{said}"
    );
    let (code, said) = run(&["up"], uri).await;
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("(0 applied)"), "{said}");
    let (code, said) = run(&["status", "--json"], uri).await;
    assert_eq!(code, 0, "{said}");
    let rows: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(rows.as_array().map(Vec::len), Some(all().len()));
    assert_eq!(rows[0]["number"], 1);
    assert_eq!(rows[0]["unchanged"], true);
    assert!(rows[0]["applied_at"].is_string());
}

#[tokio::test]
async fn a_changed_migration_is_shown_and_refused() {
    let database = TestDatabase::create().await;
    let uri = Some(database.uri());
    run(&["up"], uri).await;
    let rows = database
        .database()
        .collection::<Document>("schema_migrations");
    let edited = doc! { "$set": { "checksum": "another" } };
    rows.update_one(doc! { "_id": 1 }, edited)
        .await
        .expect("ok");
    let (_, said) = run(&["status"], uri).await;
    assert!(said.contains("CHANGED"), "{said}");
    let (code, said) = run(&["up"], uri).await;
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("migration 1 ") && said.contains("add a new migration"),
        "{said}"
    );
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_said_and_no_password_is_shown() {
    for uri in [None, Some(""), Some("  ")] {
        let (code, said) = run(&["up"], uri).await;
        assert_eq!(code, 1, "{said}");
        let sentence = "MONGODB_URI: must be a connection string such as \
                        mongodb://127.0.0.1:27017/dossier?replicaSet=rs0 (neither it nor \
                        MONGODB_URI_FILE is set)";
        assert!(said.contains(sentence), "{said}");
    }
    for uri in [
        "mongodb://ada:s3cret@@host/x",
        "postgres://ada:s3cret@host/x",
    ] {
        let (code, said) = run(&["up"], Some(uri)).await;
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("MONGODB_URI"), "{said}");
        assert!(!said.contains("s3cret"), "{said}");
    }
    let (code, said) = run(&["--help"], Some("mongodb://ada:s3cret@host/x")).await;
    assert_eq!(code, 0);
    assert!(!said.contains("s3cret"), "{said}");
}

#[tokio::test]
async fn the_address_comes_from_a_file_too_but_not_from_both() {
    let database = TestDatabase::create().await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("uri");
    std::fs::write(&file, format!("{}\n", database.uri())).expect("it can be written");
    let file = file.to_str().expect("a path");
    // An empty variable counts as absent.
    let (code, said) = run(&["up", "--mongodb-uri-file", file], Some("")).await;
    assert_eq!(code, 0, "{said}");
    let (code, said) = run(&["up", "--mongodb-uri-file", file], Some(database.uri())).await;
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("set it or MONGODB_URI_FILE, not both"),
        "{said}"
    );
}

/// After how many seconds the database removes entries of the audit.
async fn kept_for(database: &TestDatabase) -> i64 {
    let shape = crate::harness::shape(database.database()).await;
    let (_, indexes) = &shape.collections["audit"];
    let mut indexes = indexes.iter();
    let expiry = indexes.find(|it| it.get_str("name").ok() == Some("expiry"));
    let seconds = expiry.and_then(|it| it.get("expireAfterSeconds"));
    let seconds = seconds.and_then(|it| it.as_i64().or(it.as_i32().map(i64::from)));
    seconds.expect("entries expire")
}

#[tokio::test]
async fn the_audit_is_kept_as_long_as_the_last_run_was_told() {
    const DAY: i64 = 24 * 60 * 60;
    let database = TestDatabase::create().await;
    let uri = Some(database.uri());
    for (arguments, days) in [
        (vec!["up"], 400),
        (vec!["up", "--audit-retention-days", "30"], 30),
        (vec!["up", "--audit-retention-days", ""], 400),
    ] {
        let (code, said) = run(&arguments, uri).await;
        assert_eq!(code, 0, "{said}");
        assert_eq!(kept_for(&database).await, days * DAY);
    }
    let (code, said) = run(&["up", "--audit-retention-days", "0"], uri).await;
    assert_eq!(code, 1, "{said}");
    let rule = "AUDIT_RETENTION_DAYS: must be a whole number from 1 to 3660";
    assert!(said.contains(rule), "{said}");
}

#[tokio::test]
async fn shells_are_told_how_to_complete_it_without_a_database() {
    for shell in ["bash", "zsh", "fish"] {
        let (code, script) = run(&["completions", shell], None).await;
        assert_eq!(code, 0, "{script}");
        for word in ["dossier-migrate", "status", "lock-timeout"] {
            assert!(script.contains(word), "{shell}: {word}: {script}");
        }
        assert!(!script.contains("dossier__subcmd__"), "{script}");
    }
}

/// Runs `completions` with `place` as its standard output: its exit code, and what it said beside it.
async fn printed_to(place: impl Into<Stdio>) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dossier-migrate"));
    command.args(["completions", "bash"]).env_clear();
    command.stdout(place).stderr(Stdio::piped());
    let running = command.spawn().expect("the program runs");
    let output = running.wait_with_output().await.expect("it ends");
    let said = String::from_utf8(output.stderr).expect("it speaks UTF-8");
    (output.status.code(), said)
}

#[tokio::test]
async fn a_full_disk_is_told_and_a_reader_that_has_gone_is_not() {
    let full = std::fs::File::options().write(true).open("/dev/full");
    let (code, said) = printed_to(full.expect("Linux has it")).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("standard output cannot be written"), "{said}");
    let (read, write) = std::io::pipe().expect("there are pipes");
    drop(read);
    assert_eq!(printed_to(write).await, (Some(0), String::new()));
}
