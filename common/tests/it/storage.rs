//! What documents take is known to the byte, whatever uploads do at once and wherever their processes die.

use std::time::Duration;

use bytes::Bytes;
use dossier_common::file::File;
use dossier_common::id::{BlobId, UserId};
use dossier_common::storage::{Quota, StorageUsage, UsageOf};
use dossier_common::store::StoreError;
use dossier_common::store::free_space::FreeSpace;
use mongodb::bson::{DateTime, Document, doc};

use crate::harness::{NOW, TestStore, eventually};

const LEASE: Duration = Duration::from_secs(600);

fn upload(test: &TestStore) -> BlobId {
    BlobId::generate(&test.entropy, NOW)
}

fn user(test: &TestStore) -> UserId {
    UserId::generate(&test.entropy, NOW)
}

async fn usage(test: &TestStore, of: UsageOf) -> StorageUsage {
    let usage = test.store.storage_usage(of).await;
    usage.expect("it can be read")
}

/// Begins an upload with so many bytes reserved.
async fn begin(test: &TestStore, user: UserId, bytes: u64) -> BlobId {
    let (id, store) = (upload(test), &test.store);
    let opened = store.open_reservation(id, user, LEASE).await;
    opened.expect("it can be opened");
    for of in [UsageOf::Person(user), UsageOf::Everybody] {
        let held = store.hold_storage(of, id, bytes, Quota::default()).await;
        assert!(held.expect("it can be held").is_held);
    }
    id
}

/// Adds the document of an upload.
async fn keep(test: &TestStore, owner: UserId, upload: BlobId) -> Result<File, StoreError> {
    let file = File {
        owner_id: owner,
        blob_id: upload,
        ..test.file(&test.user("ada@example.com"))
    };
    let size = u64::try_from(file.size_bytes).expect("a size");
    let adding = test.store.transaction("add a file", |tx| {
        let file = file.clone();
        Box::pin(async move {
            tx.keep_reservation(file.blob_id, size).await?;
            tx.insert_file(&file).await
        })
    });
    adding.await?;
    Ok(file)
}

/// Lets the lease of an upload be over.
async fn expire(test: &TestStore, upload: BlobId) {
    let rows = test
        .database()
        .collection::<Document>("storage_reservations");
    let past = doc! { "$set": { "until": DateTime::from_millis(0) } };
    let updated = rows.update_one(doc! { "_id": upload }, past).await;
    assert_eq!(updated.expect("it can be changed").matched_count, 1);
}

async fn reservations(test: &TestStore) -> u64 {
    let rows = test
        .database()
        .collection::<Document>("storage_reservations");
    rows.count_documents(doc! {}).await.expect("it can count")
}

#[tokio::test(flavor = "multi_thread")]
async fn holds_at_once_never_exceed_a_quota_and_use_it_up() {
    let test = TestStore::new().await;
    let of = UsageOf::Person(user(&test));
    let quota = Quota {
        bytes: Some(1000),
        files: None,
    };
    let holds = (0..50).map(|_| {
        let (store, upload) = (test.store.clone(), upload(&test));
        tokio::spawn(async move { store.hold_storage(of, upload, 30, quota).await })
    });
    let mut held = 0;
    for hold in holds.collect::<Vec<_>>() {
        let hold = hold.await.expect("no panic").expect("it can be asked");
        assert!(hold.usage.taken().bytes <= 1000, "{hold:?}");
        held += u32::from(hold.is_held);
    }
    assert_eq!(held, 33);
    assert_eq!(usage(&test, of).await.taken().bytes, 990);
}

#[tokio::test]
async fn a_hold_is_replaced_by_a_larger_one_or_stays() {
    let test = TestStore::new().await;
    let (of, upload) = (UsageOf::Everybody, upload(&test));
    let quota = Quota {
        bytes: Some(100),
        files: Some(1),
    };
    for (bytes, is_held, then) in [(60, true, 60), (101, false, 60), (100, true, 100)] {
        let hold = test.store.hold_storage(of, upload, bytes, quota).await;
        let hold = hold.expect("it can be asked");
        assert_eq!(hold.is_held, is_held, "{bytes}");
        assert_eq!(hold.usage.held_for(upload), Some(then), "{bytes}");
    }
    let another = BlobId::generate(&test.entropy, NOW);
    let beside = test.store.hold_storage(of, another, 0, quota).await;
    assert!(!beside.expect("it can be asked").is_held, "one document");
}

#[tokio::test]
async fn a_document_is_counted_with_its_size_however_often_its_upload_is_ended() {
    let test = TestStore::new().await;
    let owner = user(&test);
    let upload = begin(&test, owner, 1000).await;
    let file = keep(&test, owner, upload).await.expect("it can be added");
    let store = &test.store;
    for _ in 0..2 {
        let ended = store.end_reservation(upload).await;
        ended.expect("it can be ended");
        let settled = store.settle_reservation(upload, owner, Some(file.size_bytes));
        settled.await.expect("it can be settled");
    }
    for of in [UsageOf::Person(owner), UsageOf::Everybody] {
        let usage = usage(&test, of).await;
        assert_eq!((usage.used_bytes, usage.used_files), (file.size_bytes, 1));
        assert!(usage.held.is_empty(), "{usage:?}");
    }
    assert_eq!(reservations(&test).await, 0);
}

#[tokio::test]
async fn an_upload_that_was_given_up_can_have_no_document() {
    let test = TestStore::new().await;
    let owner = user(&test);
    let upload = begin(&test, owner, 1000).await;
    let ended = test.store.end_reservation(upload).await;
    ended.expect("it can be ended");
    let kept = keep(&test, owner, upload).await;
    assert!(matches!(kept, Err(StoreError::UploadExpired)), "{kept:?}");
    let renewed = test.store.renew_reservation(upload, LEASE).await;
    assert!(!renewed.expect("it can be asked"));
    for of in [UsageOf::Person(owner), UsageOf::Everybody] {
        assert_eq!(usage(&test, of).await.taken().bytes, 0);
    }
}

#[tokio::test]
async fn the_uploads_of_a_dead_process_end_with_their_leases() {
    let test = TestStore::new().await;
    let owner = user(&test);
    // One died while bytes arrived, one after its document was added, one lives.
    let broken = begin(&test, owner, 100).await;
    let writer = test.store.write_blob(broken);
    assert!(writer.write(Bytes::from_static(b"some bytes")).await);
    writer.finish().await.expect("they can be stored");
    let whole = begin(&test, owner, 200).await;
    let file = keep(&test, owner, whole).await.expect("it can be added");
    let alive = begin(&test, owner, 400).await;
    let ended = async || test.store.end_expired_reservations().await.expect("ok");
    assert_eq!(ended().await, 0);
    expire(&test, broken).await;
    expire(&test, whole).await;
    assert_eq!(ended().await, 2);
    assert_eq!(ended().await, 0);
    for of in [UsageOf::Person(owner), UsageOf::Everybody] {
        let usage = usage(&test, of).await;
        assert_eq!((usage.used_bytes, usage.used_files), (file.size_bytes, 1));
        assert_eq!(usage.held_for(alive), Some(400));
        assert_eq!(usage.held.len(), 1);
    }
    let chunks = test.database().collection::<Document>("blobs.chunks");
    let left = chunks.count_documents(doc! {}).await;
    assert_eq!(left.expect("it can count"), 0);
}

#[tokio::test]
async fn a_lease_runs_by_the_clock_of_the_server() {
    let test = TestStore::new().await;
    let opened = test
        .store
        .open_reservation(upload(&test), user(&test), Duration::ZERO);
    opened.await.expect("it can be opened");
    eventually("it is over", async || {
        let ended = test.store.end_expired_reservations().await;
        (ended.expect("it can be asked") == 1).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_recount_puts_rows_right_that_were_changed_and_leaves_uploads_alone() {
    let test = TestStore::new().await;
    let owner = user(&test);
    let (whole, ending) = (
        begin(&test, owner, 100).await,
        begin(&test, owner, 100).await,
    );
    let file = keep(&test, owner, whole).await.expect("it can be added");
    let settled = test
        .store
        .settle_reservation(whole, owner, Some(file.size_bytes));
    settled.await.expect("it can be settled");
    // Its document is there, and is not counted yet.
    keep(&test, owner, ending).await.expect("it can be added");
    let right = test.store.recount_storage().await.expect("it can count");
    assert_eq!(right.len(), 2);
    assert!(right.iter().all(|row| row.is_right()), "{right:?}");
    let rows = test.database().collection::<Document>("storage_usage");
    let stray = doc! { "upload": upload(&test), "bytes": 7_i64 };
    let damage = doc! { "$set": { "used_bytes": -3_i64 }, "$push": { "held": stray } };
    let damaged = rows.update_one(doc! { "_id": owner }, damage).await;
    assert_eq!(damaged.expect("it can be changed").modified_count, 1);
    rows.delete_one(doc! { "_id": "total" }).await.expect("ok");
    let seen = test.store.compare_storage().await.expect("it can count");
    assert_eq!(seen.iter().filter(|row| !row.is_right()).count(), 2);
    assert_eq!(usage(&test, UsageOf::Person(owner)).await.used_bytes, -3);
    test.store.recount_storage().await.expect("it can count");
    let again = test.store.recount_storage().await.expect("it can count");
    assert!(again.iter().all(|row| row.is_right()), "{again:?}");
    let settled = test
        .store
        .settle_reservation(ending, owner, Some(file.size_bytes));
    settled.await.expect("it can be settled");
    let both = (2 * file.size_bytes, 2);
    for of in [UsageOf::Person(owner), UsageOf::Everybody] {
        let usage = usage(&test, of).await;
        assert_eq!((usage.used_bytes, usage.used_files), both);
        assert!(usage.held.is_empty(), "{usage:?}");
    }
}

#[tokio::test]
async fn the_free_space_of_the_volume_is_known() {
    let test = TestStore::new().await;
    let free = FreeSpace::of(test.store.clone());
    assert!(free.bytes().await.expect("it is known") > 0);
}
