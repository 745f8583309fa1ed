//! `dossier-migrate up` waits for a lock that another process holds.

use std::process::Stdio;
use std::time::Duration;

use dossier_devstack::testing::TestDatabase;
use dossier_migrations::all;
use mongodb::bson::{DateTime, Document, doc};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;
use tokio::time::timeout;

use crate::harness::ledger;
use crate::program::run;
use crate::running::lock;

const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn up_waits_until_another_process_releases_the_lock() {
    let database = TestDatabase::create().await;
    lock(database.database(), "process 7".into(), DateTime::MAX).await;
    let mut command = Command::new(env!("CARGO_BIN_EXE_dossier-migrate"));
    command.arg("up").env_clear().kill_on_drop(true);
    command.env("MONGODB_URI", database.uri());
    command.stdin(Stdio::null()).stderr(Stdio::piped());
    let mut running = command.spawn().expect("the program starts");
    let said = BufReader::new(running.stderr.take().expect("it has one"));
    let mut lines = said.lines();
    let line = timeout(PATIENCE, lines.next_line()).await;
    let line = line.expect("it says so in time").expect("it can be read");
    let line = line.expect("a line");
    assert!(
        line.contains("process 7") && line.contains("waiting"),
        "{line}"
    );
    assert_eq!(
        ledger(database.database(), doc! {}).await,
        Vec::<Document>::new()
    );

    let rows = database.database().collection::<Document>("schema_lock");
    let free = doc! { "$set": { "holder": null }, "$unset": { "expires_at": "" } };
    let released = rows.update_one(doc! { "_id": "migrate" }, free).await;
    assert_eq!(released.expect("it can be written").modified_count, 1);
    let status = timeout(PATIENCE, running.wait()).await;
    let status = status.expect("it ends in time").expect("it ends");
    assert!(status.success(), "{status}");
    let applied = ledger(database.database(), doc! {}).await;
    assert_eq!(applied.len(), all().len());
}

#[tokio::test]
async fn a_lock_that_is_not_released_in_time_is_told_with_its_holder_and_what_to_do() {
    let database = TestDatabase::create().await;
    lock(database.database(), "process 7".into(), DateTime::MAX).await;
    let arguments = ["up", "--lock-timeout", "1"];
    let (code, said) = run(&arguments, Some(database.uri())).await;
    assert_eq!(code, 1, "{said}");
    for words in ["process 7", "waited 1 s", "--lock-timeout"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert_eq!(
        ledger(database.database(), doc! {}).await,
        Vec::<Document>::new()
    );
}

#[tokio::test]
async fn of_many_programs_at_once_every_one_ends_well() {
    let database = TestDatabase::create().await;
    let runs = (0..4).map(|_| {
        let uri = database.uri().to_owned();
        tokio::spawn(async move { run(&["up"], Some(&uri)).await })
    });
    let runs: Vec<_> = runs.collect();
    for each in runs {
        let (code, said) = each.await.expect("no panic");
        assert_eq!(code, 0, "{said}");
    }
    let applied = ledger(database.database(), doc! {}).await;
    assert_eq!(applied.len(), all().len());
}
