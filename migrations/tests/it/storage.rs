//! What was uploaded before there were quotas is counted when they come.

use dossier_devstack::testing::TestDatabase;
use futures_util::TryStreamExt;
use mongodb::bson::{DateTime, Document, doc};

use crate::harness::applied;

const ADA: &str = "usr_01ARZ3NDEKTSV4RRFFQ69G5FAA";
const BOB: &str = "usr_01ARZ3NDEKTSV4RRFFQ69G5FBB";

fn file(id: &str, owner: &str, size_bytes: i64) -> Document {
    doc! {
        "_id": format!("fil_01ARZ3NDEKTSV4RRFFQ69G5F{id}"), "owner_id": owner, "name": "report.docx",
        "size_bytes": size_bytes, "sha256": "0".repeat(64), "state": "available",
        "blob_id": format!("blb_01ARZ3NDEKTSV4RRFFQ69G5F{id}"),
        "job_id": format!("job_01ARZ3NDEKTSV4RRFFQ69G5F{id}"),
        "created_at": DateTime::from_millis(0),
    }
}

fn usage(id: &str, used_bytes: i64, used_files: i64) -> Document {
    doc! {
        "_id": id, "used_bytes": used_bytes, "used_files": used_files, "held": [], "recounts": 0_i64,
    }
}

#[tokio::test]
async fn documents_of_old_are_counted_by_person_and_together() {
    let database = TestDatabase::create().await;
    let database = database.database();
    applied(database).await;
    let files = database.collection::<Document>("files");
    for file in [file("01", ADA, 5), file("02", ADA, 0), file("03", BOB, 70)] {
        files.insert_one(file).await.expect("it can be stored");
    }
    let rows = database.collection::<Document>("schema_migrations");
    for _ in 0..2 {
        rows.delete_one(doc! { "_id": 13 }).await.expect("ok");
        assert_eq!(applied(database).await, 1);
        let counted = database.collection::<Document>("storage_usage");
        let counted = counted.find(doc! {}).sort(doc! { "_id": 1 }).await;
        let mut counted = counted.expect("readable");
        let mut found = Vec::new();
        while let Some(row) = counted.try_next().await.expect("readable") {
            found.push(row);
        }
        let expected = [usage("total", 75, 3), usage(ADA, 5, 2), usage(BOB, 70, 1)];
        assert_eq!(found, expected);
    }
}
