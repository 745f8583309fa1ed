//! A key is claimed by one request at a time, and answered once.

use std::time::Duration;

use dossier_common::digest::Sha256;
use dossier_common::id::{BlobId, FileId, UserId};
use dossier_common::store::idempotency::IdempotencyRecord;
use futures_util::future::join_all;
use mongodb::bson::{DateTime, Document, doc};

use crate::harness::{LATER, NOW, TestStore};

const LEASE: Duration = Duration::from_secs(600);

fn key(test: &TestStore) -> Sha256 {
    let user = UserId::generate(&test.entropy, NOW);
    IdempotencyRecord::id_of(user, "POST /v1/files", "key")
}

async fn claim(test: &TestStore, key: Sha256, upload: BlobId) -> bool {
    let claimed = test.store.claim_idempotency_key(key, upload, LEASE).await;
    claimed.expect("it can be claimed")
}

async fn remember(test: &TestStore, id: Sha256) -> FileId {
    let file_id = FileId::generate(&test.entropy, NOW);
    let record = IdempotencyRecord {
        id,
        fingerprint: Sha256::of(b"what was asked"),
        file_id,
        answer: None,
        expire_at: LATER,
    };
    let adding = test.store.transaction("remember", |tx| {
        let record = record.clone();
        Box::pin(async move { tx.insert_idempotency_record(&record).await })
    });
    adding.await.expect("it can be remembered");
    file_id
}

#[tokio::test]
async fn of_many_requests_at_once_one_claims_the_key() {
    let test = TestStore::new().await;
    for _ in 0..5 {
        let key = key(&test);
        let claims = (0..20).map(|_| claim(&test, key, BlobId::generate(&test.entropy, NOW)));
        let claimed = join_all(claims).await;
        assert_eq!(claimed.iter().filter(|is_claimed| **is_claimed).count(), 1);
    }
}

#[tokio::test]
async fn a_claim_is_free_when_it_is_released_or_its_lease_is_over() {
    let test = TestStore::new().await;
    let (key, store) = (key(&test), &test.store);
    let [first, second, third] = [0; 3].map(|_| BlobId::generate(&test.entropy, NOW));
    assert!(claim(&test, key, first).await);
    assert!(!claim(&test, key, second).await);
    let released = store.release_idempotency_claim(key, second).await;
    released.expect("it changes nothing");
    assert!(!claim(&test, key, second).await);
    let rows = store.database().collection::<Document>("idempotency_keys");
    let over = doc! { "$set": { "expire_at": DateTime::from_millis(0) } };
    rows.update_many(doc! {}, over).await.expect("ok");
    assert!(claim(&test, key, second).await);
    let renewed = store.renew_idempotency_claim(key, first, LEASE).await;
    assert!(!renewed.expect("ok"), "it is another's now");
    let renewed = store.renew_idempotency_claim(key, second, LEASE).await;
    assert!(renewed.expect("ok"));
    let released = store.release_idempotency_claim(key, second).await;
    released.expect("it can be released");
    assert!(claim(&test, key, third).await);
}

#[tokio::test]
async fn the_first_answer_is_kept_until_the_request_is_forgotten() {
    let test = TestStore::new().await;
    let (key, store) = (key(&test), &test.store);
    let nothing = store.keep_answer(key, "too early").await.expect("ok");
    assert_eq!(nothing, None);
    let file_id = remember(&test, key).await;
    for answer in ["$first", "second"] {
        let kept = store.keep_answer(key, answer).await.expect("ok");
        assert_eq!(kept.as_deref(), Some("$first"));
    }
    let found = store.find_idempotency_record(key, NOW).await.expect("ok");
    assert_eq!(found.map(|record| record.file_id), Some(file_id));
    let found = store.find_idempotency_record(key, LATER).await.expect("ok");
    assert_eq!(found, None);
    // Its place is free.
    remember(&test, key).await;
}
