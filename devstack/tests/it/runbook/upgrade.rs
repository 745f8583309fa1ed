//! "Upgrade": workers are replaced one by one, on a schema that is newer than they are.

use mongodb::Client;
use mongodb::bson::{DateTime, Document, doc};

use super::scenario::Scenario;
use crate::harness::{PATIENCE, TestStack};

/// Adds a row to the ledger of migrations, as `dossier-migrate up` of a release to come does.
async fn migrate_further(uri: &str) {
    let client = Client::with_uri_str(uri).await.expect("a client");
    let database = client.default_database().expect("the address names it");
    let row = doc! {
        "_id": 9_999_i32, "name": "of-a-release-to-come", "checksum": "", "applied_at": DateTime::MIN,
    };
    let ledger = database.collection::<Document>("schema_migrations");
    ledger.insert_one(row).await.expect("it can be written");
    client.shutdown().await;
}

#[tokio::test]
async fn a_worker_is_replaced_without_a_mail_being_lost() {
    let mut stack = TestStack::start(|options| options).await;
    let mut page = Scenario::on(&stack, "Upgrade").await;
    page.step("migrate status").await;
    page.step("migrate up").await;
    migrate_further(stack.mongodb_uri()).await;
    stack.sign_up("before@dossier.example").await;
    let old = stack.workers().next().expect("a worker").clone();
    let new = stack.start_worker().await.expect("another worker starts");
    let record = stack.record();
    let new = record.workers().find(|worker| worker.pid == new);
    let url = new.and_then(|worker| worker.metrics_url.as_deref());
    let url = url.expect("it tells its health");
    page.set("NEW_ADDR", url.trim_start_matches("http://"));
    page.step("NEW_ADDR").await;
    page.step("kill -TERM").await;
    let ended = tokio::time::timeout(PATIENCE, old.wait()).await;
    let ended = ended.expect("the old worker stops");
    assert!(ended.success(), "{ended}");
    stack.sign_up("after@dossier.example").await;
    for address in ["before@dossier.example", "after@dossier.example"] {
        stack.wait_for_mail(address).await;
        assert_eq!(stack.mails_to(address), 1, "{address}");
    }
    page.step("undecodable").await;
    page.end();
}
