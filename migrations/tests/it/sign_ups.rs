//! Accounts whose address was never proven end with the migration that makes sign-ups rows of their own.

use dossier_devstack::testing::TestDatabase;
use mongodb::bson::{Bson, DateTime, Document, doc};

use crate::harness::applied;

fn user(id: &str, email_verified_at: Bson) -> Document {
    doc! {
        "_id": format!("usr_01ARZ3NDEKTSV4RRFFQ69G5F{id}"), "email": format!("{id}@example.com"),
        "email_key": format!("{id}@example.com"), "role": "client", "password_hash": "$argon2id$x",
        "email_verified_at": email_verified_at, "created_at": DateTime::from_millis(0),
    }
}

#[tokio::test]
async fn unproven_accounts_are_removed_and_proven_ones_stay_as_they_are() {
    let database = TestDatabase::create().await;
    let database = database.database();
    applied(database).await;
    let rows = database.collection::<Document>("schema_migrations");
    rows.delete_one(doc! { "_id": 6 }).await.expect("ok");
    let users = database.collection::<Document>("users");
    let proven = user("AA", DateTime::from_millis(1).into());
    let mut of_old = user("BB", Bson::Null);
    of_old.remove("email_verified_at");
    for user in [&proven, &of_old, &user("CC", Bson::Null)] {
        users.insert_one(user).await.expect("it can be stored");
    }
    assert_eq!(applied(database).await, 1);
    assert_eq!(users.count_documents(doc! {}).await.expect("ok"), 1);
    let kept = users.find_one(doc! {}).await.expect("readable");
    assert_eq!(kept, Some(proven));
}
