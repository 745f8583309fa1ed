//! Of an upload that arrives over several requests every byte counts once, and nothing is left of what does not.

use std::time::Duration;

use bytes::Bytes;
use dossier_common::id::{BlobId, UploadId, UserId};
use dossier_common::storage::{Quota, UsageOf};
use dossier_common::store::StoreError;
use dossier_common::upload::{ResumableUpload, UploadPart};
use mongodb::bson::{DateTime, Document, doc};

use crate::harness::{NOW, TestStore};

const LEASE: Duration = Duration::from_secs(600);

/// An upload of six bytes that has just begun.
async fn begin(test: &TestStore) -> ResumableUpload {
    let (owner, room) = (
        UserId::generate(&test.entropy, NOW),
        BlobId::generate(&test.entropy, NOW),
    );
    let upload = ResumableUpload {
        id: UploadId::generate(&test.entropy, NOW),
        owner_id: owner,
        room,
        length_bytes: 6,
        offset_bytes: 0,
        metadata: "audience ZXZlcnlvbmU=".to_owned(),
        parts: Vec::new(),
        writer: None,
        completing_until: None,
        file_id: None,
        created_at: NOW,
        expires_at: NOW,
        forget_at: None,
    };
    let opened = test.store.open_reservation(room, owner, LEASE).await;
    opened.expect("it can be opened");
    let adding = test.store.transaction("begin", |tx| {
        let upload = upload.clone();
        Box::pin(async move { tx.insert_upload(&upload, LEASE).await })
    });
    adding.await.expect("it can be added");
    upload
}

/// Stores a part that counts for nothing yet.
async fn store_part(
    test: &TestStore,
    upload: &ResumableUpload,
    bytes: &'static [u8],
) -> UploadPart {
    let blob_id = BlobId::generate(&test.entropy, NOW);
    let opened = test.store.open_reservation(blob_id, upload.owner_id, LEASE);
    opened.await.expect("it can be opened");
    let writer = test.store.write_blob(blob_id);
    assert!(writer.write(Bytes::from_static(bytes)).await);
    writer.finish().await.expect("it can be stored");
    UploadPart {
        blob_id,
        size_bytes: i64::try_from(bytes.len()).expect("small"),
    }
}

async fn take(test: &TestStore, upload: &ResumableUpload, writer: &str) -> Option<ResumableUpload> {
    let offset = upload.offset();
    let taken = test
        .store
        .take_upload(upload.id, upload.owner_id, offset, writer);
    taken.await.expect("it can be asked")
}

async fn record(
    test: &TestStore,
    upload: &ResumableUpload,
    writer: &str,
    part: UploadPart,
) -> Result<(), StoreError> {
    test.store.record_part(upload, writer, part, LEASE).await
}

async fn found(test: &TestStore, upload: &ResumableUpload) -> Option<ResumableUpload> {
    let found = test.store.find_upload(upload.id, upload.owner_id).await;
    found.expect("it can be read")
}

async fn count(test: &TestStore, collection: &str) -> u64 {
    let rows = test.database().collection::<Document>(collection);
    rows.count_documents(doc! {}).await.expect("it can count")
}

/// Lets all leases be over, and has what they were for removed.
async fn expire(test: &TestStore) {
    let rows = test
        .database()
        .collection::<Document>("storage_reservations");
    let past = doc! { "$set": { "until": DateTime::from_millis(0) } };
    rows.update_many(doc! {}, past)
        .await
        .expect("they can be changed");
    let ended = test.store.end_expired_reservations().await;
    ended.expect("they can be ended");
}

#[tokio::test]
async fn a_part_counts_for_the_newest_request_alone_and_once() {
    let test = TestStore::new().await;
    let upload = begin(&test).await;
    let older = take(&test, &upload, "older").await.expect("it is there");
    let newer = take(&test, &upload, "newer").await.expect("it is there");
    let (lost, counted) = (
        store_part(&test, &upload, b"xyz").await,
        store_part(&test, &upload, b"abc").await,
    );
    let refused = record(&test, &older, "older", lost).await;
    assert!(
        matches!(refused, Err(StoreError::UploadTaken)),
        "{refused:?}"
    );
    record(&test, &newer, "newer", counted)
        .await
        .expect("it counts");
    let again = record(&test, &newer, "newer", counted).await;
    assert!(matches!(again, Err(StoreError::UploadTaken)), "{again:?}");
    let now = found(&test, &upload).await.expect("it is there");
    assert_eq!((now.offset(), now.is_whole()), (3, false));
    let leave = async |writer| test.store.leave_upload(upload.id, writer).await;
    assert_eq!(leave("older").await.expect("it can be asked"), None);
    assert_eq!(now.writer.as_deref(), Some("newer"));
    let left = leave("newer").await.expect("it can be left");
    let left = left.expect("it is the one that goes on");
    assert_eq!((left.offset(), left.writer), (3, None));
    assert!(
        take(&test, &upload, "third").await.is_none(),
        "it is elsewhere"
    );
    // What was lost goes with its lease; what counts stays with the upload, whose own lease goes on.
    let lost = test.store.end_reservation(lost.blob_id).await;
    lost.expect("it can be ended");
    assert_eq!(count(&test, "blobs.files").await, 1);
    assert_eq!(count(&test, "storage_reservations").await, 1);
}

#[tokio::test]
async fn an_upload_that_was_given_up_takes_no_part_and_leaves_none() {
    let test = TestStore::new().await;
    let upload = begin(&test).await;
    let taken = take(&test, &upload, "one").await.expect("it is there");
    let first = store_part(&test, &upload, b"abc").await;
    record(&test, &taken, "one", first)
        .await
        .expect("it counts");
    let next = ResumableUpload {
        offset_bytes: 3,
        ..taken
    };
    let late = store_part(&test, &upload, b"def").await;
    assert!(
        test.store
            .end_upload(upload.id, upload.owner_id)
            .await
            .expect("it can be ended")
    );
    let refused = record(&test, &next, "one", late).await;
    assert!(
        matches!(refused, Err(StoreError::UploadTaken)),
        "{refused:?}"
    );
    expire(&test).await;
    for collection in [
        "uploads",
        "blobs.files",
        "blobs.chunks",
        "storage_reservations",
    ] {
        assert_eq!(count(&test, collection).await, 0, "{collection}");
    }
}

#[tokio::test]
async fn an_upload_whose_bytes_cannot_be_removed_does_not_keep_others_from_being_ended() {
    let test = TestStore::new().await;
    let owner = UserId::generate(&test.entropy, NOW);
    let [stuck, other] = [(); 2].map(|()| BlobId::generate(&test.entropy, NOW));
    for upload in [stuck, other] {
        let opened = test.store.open_reservation(upload, owner, LEASE).await;
        opened.expect("it can be opened");
    }
    // Of a directory that is not mounted.
    let places = test.database().collection::<Document>("blob_places");
    let url = "file:///dossier/is/not/here";
    let place = doc! { "_id": stuck, "store": "object", "url": url };
    places.insert_one(place).await.expect("it can be added");
    expire(&test).await;
    let rows = test
        .database()
        .collection::<Document>("storage_reservations");
    let left = rows.find_one(doc! {}).await.expect("readable");
    let left = left.expect("the one that is stuck");
    assert_eq!(left.get_str("_id").expect("an id"), stuck.to_string());
    assert_eq!(count(&test, "storage_reservations").await, 1);
    // It is not looked at all the time, and goes once the directory is there.
    let ended = test.store.end_expired_reservations().await;
    assert_eq!(ended.expect("none is due"), 0);
    let back = doc! { "$set": { "store": "gridfs", "url": null } };
    let mended = places.update_one(doc! { "_id": stuck }, back).await;
    mended.expect("it can be changed");
    expire(&test).await;
    assert_eq!(count(&test, "storage_reservations").await, 0);
}

#[tokio::test]
async fn room_that_is_reserved_again_for_an_upload_that_was_just_ended_is_given_back() {
    let test = TestStore::new().await;
    let store = &test.store;
    let upload = begin(&test).await;
    let (owner, room) = (upload.owner_id, upload.room);
    let rows = [UsageOf::Everybody, UsageOf::Person(owner)];
    let held = async || {
        for of in rows {
            let held = store.hold_storage(of, room, 6, Quota::default()).await;
            assert!(held.expect("it can be held").is_held);
        }
    };
    let bytes = async || {
        let usage = store.storage_usage(rows[1]).await;
        usage.expect("readable").held_bytes()
    };
    held().await;
    let leaving = store.release_ended_reservation(room, owner);
    leaving.await.expect("it can be asked");
    assert_eq!(bytes().await, 6, "the upload goes on");
    let ended = store.end_upload(upload.id, owner).await;
    assert!(ended.expect("it can be ended"));
    assert_eq!(bytes().await, 0);
    // A request that makes the document has not heard of it.
    held().await;
    let leaving = store.release_ended_reservation(room, owner);
    leaving.await.expect("it can be asked");
    for of in rows {
        let usage = store.storage_usage(of).await.expect("readable");
        assert!(usage.held.is_empty(), "{:?}", usage.held);
    }
}

#[tokio::test]
async fn one_request_at_a_time_makes_the_document_and_the_next_one_after_its_lease() {
    let test = TestStore::new().await;
    let upload = begin(&test).await;
    let complete = async |writer: &str, lease: Duration| {
        let (id, owner) = (upload.id, upload.owner_id);
        let taken = test.store.take_completion(id, owner, writer, lease).await;
        taken.expect("it can be asked")
    };
    assert!(complete("early", LEASE).await.is_none(), "it is not whole");
    let taken = take(&test, &upload, "one").await.expect("it is there");
    let part = store_part(&test, &upload, b"abcdef").await;
    record(&test, &taken, "one", part).await.expect("it counts");
    let first = complete("first", LEASE).await.expect("nobody does");
    assert_eq!(first.parts, [part]);
    assert!(complete("second", LEASE).await.is_none(), "the first does");
    let released = test.store.release_completion(upload.id, "first").await;
    released.expect("it can be released");
    // Its lease is over at once: it is taken for dead.
    assert!(complete("third", Duration::ZERO).await.is_some());
    crate::harness::eventually("its lease is over", async || {
        complete("fourth", LEASE).await.map(drop)
    })
    .await;
    let renewed = test.store.renew_completion(upload.id, "third", LEASE).await;
    assert!(!renewed.expect("it can be asked"), "the fourth does");
}
