//! Bytes that nobody needs any more are removed when their time has come, and are counted no more, exactly once.

use std::time::Duration;

use dossier_common::audit::{Act, AuditEntry};
use dossier_common::file::{Erasure, File};
use dossier_common::id::{BlobId, UserId};
use dossier_common::queue::{EraseBlobs, JobState, QueueName};
use dossier_common::storage::UsageOf;
use dossier_common::store::StoreError;
use dossier_common::store::withdrawals::Restored;
use mongodb::bson::{Bson, DateTime, Document, doc};

use crate::harness::inspected::{AVAILABLE, REPORT};
use crate::harness::{Bench, eventually};

/// The seconds of a day.
const DAY: u64 = 24 * 60 * 60;

fn entry(bench: &Bench, act: Act) -> AuditEntry {
    AuditEntry::of_now(act, &bench.services.clock, &bench.entropy)
}

fn somebody(bench: &Bench) -> UserId {
    UserId::generate(&bench.entropy, bench.now())
}

/// An available document that is counted.
async fn available(bench: &Bench) -> File {
    let owner = somebody(bench);
    let file = bench.file_with_verdict(owner, REPORT, AVAILABLE, 1).await;
    bench.count(&file).await;
    file
}

/// What documents of the owner of `file` take: bytes and how many.
async fn used(bench: &Bench, of: UsageOf) -> (i64, i64) {
    let usage = bench.store().storage_usage(of).await.expect("readable");
    (usage.used_bytes, usage.used_files)
}

/// How many chunks are stored under `blob`, and how many rows of its own it has.
async fn stored(bench: &Bench, blob: BlobId) -> (u64, u64) {
    let database = bench.store().database();
    let chunks = database.collection::<Document>("blobs.chunks");
    let files = database.collection::<Document>("blobs.files");
    let id = Bson::from(blob);
    let chunks = chunks.count_documents(doc! { "files_id": &id }).await;
    let files = files.count_documents(doc! { "_id": &id }).await;
    (chunks.expect("countable"), files.expect("countable"))
}

async fn withdraw(bench: &Bench, file: &File) -> DateTime {
    let entry = entry(bench, Act::WithdrawFile);
    let withdrawing = bench.store().withdraw_file(file.id, file.owner_id, entry);
    assert!(withdrawing.await.expect("it can be"));
    let withdrawn = bench.find(file.id).await.withdrawn;
    withdrawn.expect("it is").restorable_until
}

/// Makes the job of `erasing` due and has it done: what it left in its log.
async fn run(bench: &Bench, erasing: &EraseBlobs) -> Vec<String> {
    let operator = bench.store().queue_operator();
    operator.run_now(&erasing.id()).await.expect("it can be");
    let workers = bench.work(&[QueueName::of::<EraseBlobs>()]);
    let id = erasing.id();
    let job = eventually("the bytes are removed", async || {
        let job = bench.store().queue_operator().find_job(&id).await;
        let job = job.expect("readable").expect("there");
        (job.state == JobState::Done).then_some(job)
    })
    .await;
    workers.stop().await;
    job.log.into_iter().map(|line| line.line).collect()
}

/// Makes the job of `erasing` due, and sees it wait again after an attempt.
async fn run_and_wait(bench: &Bench, erasing: &EraseBlobs) {
    let (id, operator) = (erasing.id(), bench.store().queue_operator());
    operator.run_now(&id).await.expect("it can be");
    let workers = bench.work(&[QueueName::of::<EraseBlobs>()]);
    eventually("the job waits again", async || {
        let job = bench.store().queue_operator().find_job(&id).await;
        let job = job.expect("readable").expect("there");
        (job.state == JobState::Scheduled).then_some(())
    })
    .await;
    workers.stop().await;
}

#[tokio::test]
async fn a_withdrawn_document_loses_its_bytes_after_its_grace_and_its_owner_gets_the_room_back() {
    let bench = Bench::new().await;
    let (file, other) = (available(&bench).await, available(&bench).await);
    let size = file.size_bytes;
    let person = UsageOf::Person(file.owner_id);
    assert_eq!(used(&bench, person).await, (size, 1));
    let until = withdraw(&bench, &file).await;
    assert_eq!(used(&bench, person).await, (size, 1), "it can be restored");
    bench.services.clock.advance(Duration::from_secs(30 * DAY));

    assert!(
        run(&bench, &EraseBlobs::withdrawn(file.id, until))
            .await
            .is_empty()
    );
    assert_eq!(stored(&bench, file.blob_id).await, (0, 0));
    let erased = bench.find(file.id).await;
    assert_eq!(erased.bytes_removed_at, Some(bench.now()));
    assert_eq!(used(&bench, person).await, (0, 0));
    assert_eq!(used(&bench, UsageOf::Everybody).await, (size, 1));
    assert_eq!(stored(&bench, other.blob_id).await, (1, 1));
    let restored = bench
        .store()
        .restore_file(file.id, entry(&bench, Act::RestoreFile));
    assert_eq!(restored.await.expect("answered"), Restored::TooLate);
    let counted = bench.store().compare_storage().await.expect("counted");
    assert!(counted.iter().all(|it| it.is_right()), "{counted:?}");
}

#[tokio::test]
async fn a_document_that_was_restored_keeps_its_bytes() {
    let bench = Bench::new().await;
    let file = available(&bench).await;
    let until = withdraw(&bench, &file).await;
    let restored = bench
        .store()
        .restore_file(file.id, entry(&bench, Act::RestoreFile));
    assert_eq!(restored.await.expect("answered"), Restored::There);
    bench.services.clock.advance(Duration::from_secs(30 * DAY));
    let said = run(&bench, &EraseBlobs::withdrawn(file.id, until)).await;
    assert_eq!(said, ["there is nothing to remove any more"]);
    assert_eq!(stored(&bench, file.blob_id).await, (1, 1));
}

#[tokio::test]
async fn rejected_bytes_go_after_their_time_and_the_document_still_says_why() {
    let bench = Bench::new().await;
    let owner = somebody(&bench);
    let file = bench
        .file_with_verdict(owner, REPORT, Err("NOT_OPC"), 1)
        .await;
    bench.count(&file).await;
    let rejected_at = file.validated_at.expect("a verdict");
    let keep = Duration::from_secs(30 * DAY);
    bench.services.clock.advance(keep);
    run(&bench, &EraseBlobs::rejected(file.id, rejected_at, keep)).await;
    assert_eq!(stored(&bench, file.blob_id).await, (0, 0));
    assert_eq!(used(&bench, UsageOf::Person(owner)).await, (0, 0));
    let left = bench.find(file.id).await;
    assert_eq!(left.rejection.expect("a reason").code, "NOT_OPC");
}

#[tokio::test]
async fn a_rejected_document_can_be_restored_although_its_bytes_are_gone() {
    let bench = Bench::new().await;
    let owner = somebody(&bench);
    let file = bench
        .file_with_verdict(owner, REPORT, Err("NOT_OPC"), 1)
        .await;
    let rejected_at = file.validated_at.expect("a verdict");
    let keep = Duration::from_secs(30 * DAY);
    bench.services.clock.advance(Duration::from_secs(10 * DAY));
    withdraw(&bench, &file).await;
    bench.services.clock.advance(Duration::from_secs(20 * DAY));
    run(&bench, &EraseBlobs::rejected(file.id, rejected_at, keep)).await;
    assert_eq!(stored(&bench, file.blob_id).await, (0, 0));
    let restored = bench
        .store()
        .restore_file(file.id, entry(&bench, Act::RestoreFile));
    assert_eq!(restored.await.expect("answered"), Restored::There);
    let left = bench.find(file.id).await;
    assert_eq!(left.withdrawn, None);
    assert_eq!(left.rejection.expect("a reason").code, "NOT_OPC");
}

#[tokio::test]
async fn a_worker_that_dies_between_the_record_and_the_bytes_leaves_both_to_the_next_attempt() {
    let bench = Bench::new().await;
    let file = available(&bench).await;
    let until = withdraw(&bench, &file).await;
    bench.services.clock.advance(Duration::from_secs(30 * DAY));
    // So far an attempt got that was killed.
    let erasure = Erasure::Withdrawn(until);
    let marked = bench
        .store()
        .mark_blobs(file.id, erasure, entry(&bench, Act::EraseBytes));
    assert_eq!(marked.await.expect("it can be"), [file.blob_id]);
    assert_eq!(stored(&bench, file.blob_id).await, (1, 1));
    let person = UsageOf::Person(file.owner_id);
    assert_eq!(used(&bench, person).await, (0, 0));

    run(&bench, &EraseBlobs::withdrawn(file.id, until)).await;
    assert_eq!(stored(&bench, file.blob_id).await, (0, 0));
    assert_eq!(used(&bench, person).await, (0, 0), "counted once");
    let rows = bench.store().database().collection::<Document>("audit");
    let told = rows.count_documents(doc! { "act": "erase_bytes" }).await;
    assert_eq!(told.expect("countable"), 1);
}

#[tokio::test]
async fn removals_of_the_same_bytes_at_once_count_them_once() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let file = available(&bench).await;
    let until = withdraw(&bench, &file).await;
    bench.services.clock.advance(Duration::from_secs(30 * DAY));
    let erasure = Erasure::Withdrawn(until);
    let store = bench.store();
    let erase = || store.erase_blobs(file.id, erasure, entry(&bench, Act::EraseBytes));
    let (first, second, third) = tokio::join!(erase(), erase(), erase());
    assert_eq!((first?, second?, third?), (1, 1, 1));
    assert_eq!(used(&bench, UsageOf::Person(file.owner_id)).await, (0, 0));
    Ok(())
}

#[tokio::test]
async fn a_job_that_is_run_too_early_waits() {
    let bench = Bench::new().await;
    let file = available(&bench).await;
    let until = withdraw(&bench, &file).await;
    run_and_wait(&bench, &EraseBlobs::withdrawn(file.id, until)).await;
    assert_eq!(stored(&bench, file.blob_id).await, (1, 1));
}

#[tokio::test]
async fn an_expired_document_keeps_its_bytes_while_it_is_withdrawn_and_can_be_restored() {
    let bench = Bench::new().await;
    let file = available(&bench).await;
    let (id, at) = (file.id, bench.now());
    let files = bench.store().database().collection::<File>("files");
    let expiry = doc! { "$set": { "expires_at": at } };
    let expired = files.update_one(doc! { "_id": id }, expiry).await;
    assert_eq!(expired.expect("it can be").matched_count, 1);
    let expiring = bench.store().transaction("expire", |tx| {
        Box::pin(async move { tx.erase_expired(id, at, at).await })
    });
    expiring.await.expect("it can be enqueued");
    let erasing = EraseBlobs::expired(id, at, Duration::from_secs(30 * DAY));

    bench.services.clock.advance(Duration::from_secs(10 * DAY));
    withdraw(&bench, &file).await;
    bench.services.clock.advance(Duration::from_secs(20 * DAY));
    run_and_wait(&bench, &erasing).await;
    assert_eq!(stored(&bench, file.blob_id).await, (1, 1));
    let restoring = bench.store();
    let restoring = restoring.restore_file(id, entry(&bench, Act::RestoreFile));
    assert_eq!(restoring.await.expect("answered"), Restored::There);
    // Nothing keeps them any more: nobody gave it more time.
    run(&bench, &erasing).await;
    assert_eq!(stored(&bench, file.blob_id).await, (0, 0));
}
