//! Every test gets a database of its own on one server.

use dossier_devstack::testing::{TestDatabase, mongodb_uri};
use mongodb::Client;
use mongodb::bson::doc;

#[tokio::test]
async fn all_tests_of_a_process_share_one_server() {
    let (one, two) = tokio::join!(mongodb_uri(), mongodb_uri());
    assert_eq!(one.expect("a server"), two.expect("a server"));
}

#[tokio::test]
async fn two_databases_never_see_each_other() {
    let (one, two) = tokio::join!(TestDatabase::create(), TestDatabase::create());
    one.database()
        .collection("things")
        .insert_one(doc! { "_id": 1 })
        .await
        .expect("an insert");
    let seen = two
        .database()
        .collection::<mongodb::bson::Document>("things")
        .count_documents(doc! {})
        .await;
    assert_eq!(seen.expect("a count"), 0);
}

#[tokio::test]
async fn transactions_and_change_streams_work_on_it() {
    let test = TestDatabase::create().await;
    let things = test.database().collection("things");
    let mut changes = things
        .watch()
        .await
        .expect("a change stream needs a replica set");
    let mut session = test.client().start_session().await.expect("a session");
    session.start_transaction().await.expect("a transaction");
    things
        .insert_one(doc! { "_id": 1 })
        .session(&mut session)
        .await
        .expect("an insert");
    session.commit_transaction().await.expect("a commit");
    let change = loop {
        if let Some(change) = changes.next_if_any().await.expect("a living stream") {
            break change;
        }
    };
    assert_eq!(change.full_document, Some(doc! { "_id": 1 }));
}

#[tokio::test]
async fn a_database_vanishes_with_its_test() {
    let test = TestDatabase::create().await;
    test.database()
        .collection("things")
        .insert_one(doc! { "_id": 1 })
        .await
        .expect("an insert");
    let (uri, name) = (test.uri().to_owned(), test.database().name().to_owned());
    assert!(uri.contains(&name));
    drop(test);
    let client = Client::with_uri_str(uri).await.expect("a client");
    let names = client.list_database_names().await.expect("the names");
    assert!(!names.contains(&name), "{names:?}");
}
