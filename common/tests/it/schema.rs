//! The programs know which database they can work with.

use dossier_common::store::{SCHEMA_VERSION, SchemaError};
use mongodb::bson::{Bson, DateTime, Document, doc};

use crate::harness::TestStore;

#[test]
fn the_version_that_is_asked_for_is_that_of_the_newest_migration() {
    let newest = dossier_migrations::all().last().map(|it| it.number);
    assert_eq!(newest, Some(SCHEMA_VERSION));
}

#[tokio::test]
async fn a_database_is_behind_until_the_last_migration_was_completed() {
    let test = TestStore::without_migrations().await;
    let found = async || match test.store.check_schema().await {
        Err(SchemaError::Behind { found }) => found,
        other => panic!("{other:?}"),
    };
    assert_eq!(found().await, 0);
    let migrated = dossier_migrations::migrate(test.database(), |_| {}).await;
    migrated.expect("the migrations run");
    test.store.check_schema().await.expect("it is up to date");
    let ledger = test.database().collection::<Document>("schema_migrations");
    let began = doc! { "$set": { "applied_at": Bson::Null } };
    let last = doc! { "_id": SCHEMA_VERSION };
    ledger
        .update_one(last, began)
        .await
        .expect("it can be written");
    assert_eq!(found().await, SCHEMA_VERSION - 1);
}

#[tokio::test]
async fn a_newer_database_is_accepted() {
    let test = TestStore::new().await;
    let ledger = test.database().collection::<Document>("schema_migrations");
    let newer = doc! { "_id": SCHEMA_VERSION + 1, "applied_at": DateTime::MIN };
    ledger.insert_one(newer).await.expect("it can be written");
    test.store.check_schema().await.expect("newer is fine");
}
