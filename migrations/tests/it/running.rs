//! Running the migrations: again, at once, interrupted, edited.

use dossier_devstack::testing::TestDatabase;
use dossier_migrations::{Event, MigrationError, all, migrate, status};
use mongodb::bson::{Bson, DateTime, Document, doc};
use mongodb::options::ClientOptions;
use mongodb::{Client, Database};

use crate::harness::{applied, ledger, shape};

#[tokio::test]
async fn a_second_run_changes_nothing() {
    let database = TestDatabase::create().await;
    let database = database.database();
    assert_eq!(applied(database).await, all().len());
    let (before, rows) = (shape(database).await, ledger(database, doc! {}).await);
    assert_eq!(applied(database).await, 0);
    assert_eq!(shape(database).await, before);
    assert_eq!(
        ledger(database, doc! {}).await,
        rows,
        "not even the instants"
    );
}

#[tokio::test]
async fn progress_is_reported_in_order_and_ends_up_in_the_status() {
    let database = TestDatabase::create().await;
    let database = database.database();
    let before = status(database).await.expect("readable");
    assert!(
        before
            .iter()
            .all(|it| it.applied.is_none() && it.is_unchanged())
    );
    let mut events = Vec::new();
    let report = |event: Event<'_>| {
        events.push(match event {
            Event::Applying(migration) => (migration.number, false),
            Event::Applied(migration) => (migration.number, true),
        });
    };
    migrate(database, report).await.expect("they run");
    let numbers = 1..=i32::try_from(all().len()).expect("few");
    let expected: Vec<_> = numbers.flat_map(|n| [(n, false), (n, true)]).collect();
    assert_eq!(events, expected);
    let after = status(database).await.expect("readable");
    assert!(
        after
            .iter()
            .all(|it| it.applied.is_some() && it.is_unchanged())
    );
}

#[tokio::test]
async fn a_run_that_is_interrupted_anywhere_is_completed_by_the_next() {
    let whole = TestDatabase::create().await;
    applied(whole.database()).await;
    let whole = shape(whole.database()).await;

    let database = TestDatabase::create().await;
    let broken = named_client(&database).await;
    let (mut failures, mut interrupted) = (0, 0);
    loop {
        // Every run gets one action further, then the server refuses.
        fail_after(&broken, failures).await;
        let outcome = migrate(&broken, |_| {}).await;
        stop_failing(&broken).await;
        match outcome {
            Ok(_) => break,
            Err(MigrationError::Database { .. }) => {
                failures += 3;
                interrupted += 1;
            }
            Err(other) => panic!("{other}"),
        }
    }
    // Each run begins where the one before was interrupted and gets three statements further than it.
    assert!(interrupted >= 8, "interrupted {interrupted} times");
    assert_eq!(shape(database.database()).await, whole);
}

/// The database through a client whose commands can be told from those of other tests.
async fn named_client(database: &TestDatabase) -> Database {
    let mut options = ClientOptions::parse(database.uri()).await.expect("a URI");
    options.app_name = Some(database.database().name().to_owned());
    let client = Client::with_options(options).expect("a client");
    client.database(database.database().name())
}

async fn fail_after(database: &Database, actions: usize) {
    let actions = i32::try_from(actions).expect("few");
    let data = doc! {
        "failCommands": ["create", "createIndexes", "collMod"], "errorCode": 8000,
        "appName": database.name(),
    };
    let point =
        doc! { "configureFailPoint": "failCommand", "mode": { "skip": actions }, "data": data };
    let configured = database.client().database("admin").run_command(point).await;
    configured.expect("the server takes fail points: run it with enableTestCommands=1");
}

async fn stop_failing(database: &Database) {
    let point = doc! { "configureFailPoint": "failCommand", "mode": "off" };
    let admin = database.client().database("admin");
    admin
        .run_command(point)
        .await
        .expect("it can be switched off");
}

#[tokio::test]
async fn of_many_runs_at_once_one_migrates_and_the_others_are_told() {
    let database = TestDatabase::create().await;
    let runs = (0..6).map(|_| {
        let database = database.database().clone();
        tokio::spawn(async move { migrate(&database, |_| {}).await })
    });
    let runs: Vec<_> = runs.collect();
    let mut total = 0;
    for run in runs {
        match run.await.expect("no panic") {
            Ok(count) => total += count,
            Err(MigrationError::Locked { .. }) => {}
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(total, all().len());
    assert_eq!(applied(database.database()).await, 0);
}

pub(crate) async fn lock(database: &Database, holder: Bson, expires_at: DateTime) {
    let rows = database.collection::<Document>("schema_lock");
    let row = doc! { "_id": "migrate", "holder": holder, "expires_at": expires_at };
    rows.insert_one(row).await.expect("it can be written");
}

#[tokio::test]
async fn who_finds_the_lock_taken_is_told_by_whom_and_changes_nothing() {
    let database = TestDatabase::create().await;
    lock(database.database(), "process 7".into(), DateTime::MAX).await;
    let refused = migrate(database.database(), |_| {}).await;
    let sentence = refused.expect_err("it is locked").to_string();
    assert!(sentence.contains("process 7"), "{sentence}");
    assert!(
        !shape(database.database())
            .await
            .collections
            .contains_key("users")
    );
}

#[tokio::test]
async fn the_lock_of_a_process_that_is_gone_is_taken_over() {
    let database = TestDatabase::create().await;
    lock(
        database.database(),
        "process 7".into(),
        DateTime::from_millis(0),
    )
    .await;
    assert_eq!(applied(database.database()).await, all().len());
}

#[tokio::test]
async fn a_migration_that_was_edited_after_it_was_applied_is_refused() {
    let database = TestDatabase::create().await;
    let database = database.database();
    applied(database).await;
    let rows = database.collection::<Document>("schema_migrations");
    let edited = doc! { "$set": { "checksum": "another" } };
    rows.update_one(doc! { "_id": 2 }, edited)
        .await
        .expect("ok");
    rows.delete_one(doc! { "_id": 3 }).await.expect("ok");
    let refused = migrate(database, |_| {}).await;
    assert!(
        matches!(refused, Err(MigrationError::Changed { number: 2, .. })),
        "{refused:?}"
    );
    assert_eq!(
        ledger(database, doc! {}).await.len(),
        all().len() - 1,
        "nothing was applied"
    );
    let changed: Vec<_> = status(database)
        .await
        .expect("readable")
        .iter()
        .map(|it| it.is_unchanged())
        .collect();
    assert!(!changed[1]);
}

#[test]
fn migrations_are_numbered_from_one_without_gaps_and_their_checksums_differ() {
    let all = all();
    let numbers: Vec<_> = all.iter().map(|it| it.number).collect();
    assert_eq!(numbers, (1..).take(all.len()).collect::<Vec<_>>());
    let mut checksums: Vec<_> = all.iter().map(|it| it.checksum()).collect();
    checksums.sort();
    checksums.dedup();
    assert_eq!(checksums.len(), all.len());
}
