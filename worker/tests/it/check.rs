//! What disagrees is found at one moment and mended, and nothing else is touched.

mod places;

use std::time::Duration;

use dossier_common::audit::{Act, AuditEntry};
use dossier_common::file::{Erasure, File};
use dossier_common::id::{JobId, UserId};
use dossier_common::queue::{EraseBlobs, QueueName, ValidateUpload};
use dossier_common::store::check::{Check, Difference};
use mongodb::bson::{Bson, DateTime, Document, doc};

use crate::harness::Bench;
use crate::harness::inspected::{AVAILABLE, REPORT};

/// When everything that tests store has long ended.
fn later(bench: &Bench) -> DateTime {
    let hours = Duration::from_secs(2 * 60 * 60);
    bench.now().saturating_add_duration(hours)
}

/// What `check` finds.
async fn found(bench: &Bench, check: Check) -> Vec<Difference> {
    let snapshot = bench.store().snapshot(later(bench)).await;
    let mut snapshot = snapshot.expect("a snapshot");
    let found = snapshot.differences(check).await;
    snapshot.close().await.expect("it ends");
    found.expect("it can compare")
}

/// The ids of what `check` finds.
async fn ids(bench: &Bench, check: Check) -> Vec<String> {
    found(bench, check)
        .await
        .into_iter()
        .map(|it| it.id)
        .collect()
}

async fn repair(bench: &Bench, difference: &Difference) -> bool {
    let job = JobId::generate(&bench.entropy, bench.now());
    let repairing = bench.store().repair(difference, job, later(bench));
    repairing.await.expect("it can be tried")
}

/// `check` finds exactly `id`, and nothing once that was mended.
async fn finds_and_mends(bench: &Bench, check: Check, id: String) {
    let differences = found(bench, check).await;
    let [difference] = &differences[..] else {
        panic!("{differences:?}");
    };
    assert_eq!((difference.check, &difference.id), (check, &id));
    assert!(repair(bench, difference).await);
    bench.committed().await;
    assert!(ids(bench, check).await.is_empty());
}

fn rows(bench: &Bench, collection: &str) -> mongodb::Collection<Document> {
    bench.store().database().collection(collection)
}

fn somebody(bench: &Bench) -> UserId {
    UserId::generate(&bench.entropy, bench.now())
}

async fn available(bench: &Bench) -> File {
    let owner = somebody(bench);
    let file = bench.file_with_verdict(owner, REPORT, AVAILABLE, 1).await;
    bench.count(&file).await;
    file
}

fn entry(bench: &Bench, act: Act) -> AuditEntry {
    AuditEntry::of_now(act, &bench.services.clock, &bench.entropy)
}

async fn withdraw(bench: &Bench, file: &File) {
    let entry = entry(bench, Act::WithdrawFile);
    let withdrawing = bench.store().withdraw_file(file.id, file.owner_id, entry);
    assert!(withdrawing.await.expect("it can be"));
}

/// Removes the bytes of a document that was withdrawn, once its time is over; how many blobs those were.
async fn erase(bench: &Bench, file: &File) -> usize {
    let withdrawn = bench.find(file.id).await.withdrawn.expect("it is");
    bench
        .services
        .clock
        .advance(Duration::from_secs(31 * 24 * 60 * 60));
    let erasure = Erasure::Withdrawn(withdrawn.restorable_until);
    let erased = bench
        .store()
        .erase_blobs(file.id, erasure, entry(bench, Act::EraseBytes));
    erased.await.expect("it can be")
}

#[tokio::test]
async fn a_story_without_accidents_leaves_nothing_that_disagrees() {
    story(&Bench::new().await).await;
}

/// Documents come, are inspected, withdrawn and erased, and nothing disagrees.
async fn story(bench: &Bench) {
    let (kept, gone) = (available(bench).await, available(bench).await);
    bench.link_to(&kept).await;
    let waiting = bench.file(somebody(bench), REPORT.0, REPORT.1).await;
    bench.count(&waiting).await;
    let rejected = bench
        .file_with_verdict(somebody(bench), REPORT, Err("NOT_OPC"), 1)
        .await;
    bench.count(&rejected).await;
    withdraw(bench, &gone).await;
    for check in Check::ALL {
        assert_eq!(ids(bench, check).await, [""; 0], "{check:?}");
    }
    assert_eq!(erase(bench, &gone).await, 1);
    for check in Check::ALL {
        assert_eq!(ids(bench, check).await, [""; 0], "{check:?}");
    }
}

#[tokio::test]
async fn bytes_that_nothing_speaks_of_are_removed_and_no_others() {
    let bench = Bench::new().await;
    let kept = available(&bench).await;
    let orphan = bench.new_file(somebody(&bench), REPORT.0, REPORT.1).await;
    let id = orphan.blob_id.to_string();
    finds_and_mends(&bench, Check::OrphanBytes, id).await;
    let chunks = bench.new_file(somebody(&bench), REPORT.0, REPORT.1).await;
    let its_row = doc! { "_id": chunks.blob_id };
    let removed = rows(&bench, "blobs.files").delete_one(its_row).await;
    assert_eq!(removed.expect("it can be").deleted_count, 1);
    let id = chunks.blob_id.to_string();
    finds_and_mends(&bench, Check::OrphanBytes, id).await;
    let kept_chunks = doc! { "files_id": kept.blob_id };
    let left = rows(&bench, "blobs.chunks")
        .count_documents(kept_chunks)
        .await;
    assert_eq!(left.expect("countable"), 1);
    let all = rows(&bench, "blobs.chunks").count_documents(doc! {}).await;
    assert_eq!(all.expect("countable"), 1);
}

#[tokio::test]
async fn bytes_of_an_upload_under_way_and_of_the_last_hour_are_left_alone() {
    let bench = Bench::new().await;
    let upload = bench.new_file(somebody(&bench), REPORT.0, REPORT.1).await;
    let lease = Duration::from_secs(60);
    let opened = bench
        .store()
        .open_reservation(upload.blob_id, upload.owner_id, lease);
    opened.await.expect("it can be opened");
    bench.committed().await;
    assert!(found(&bench, Check::OrphanBytes).await.is_empty());
    let young = bench.new_file(somebody(&bench), REPORT.0, REPORT.1).await;
    let snapshot = bench.store().snapshot(bench.now()).await;
    let mut snapshot = snapshot.expect("a snapshot");
    let differences = snapshot.differences(Check::OrphanBytes).await;
    snapshot.close().await.expect("it ends");
    assert!(
        differences.expect("comparable").is_empty(),
        "{}",
        young.blob_id
    );
}

#[tokio::test]
async fn bytes_that_came_to_be_spoken_of_since_they_were_found_stay() {
    let bench = Bench::new().await;
    let late = bench.new_file(somebody(&bench), REPORT.0, REPORT.1).await;
    let differences = found(&bench, Check::OrphanBytes).await;
    let files = bench.store().database().collection::<File>("files");
    files.insert_one(&late).await.expect("it can be added");
    assert!(!repair(&bench, &differences[0]).await);
    assert!(found(&bench, Check::MissingBytes).await.is_empty());
}

#[tokio::test]
async fn a_document_without_its_bytes_or_with_too_few_is_told_and_not_touched() {
    let bench = Bench::new().await;
    let (none, few) = (available(&bench).await, available(&bench).await);
    bench
        .store()
        .delete_blob(none.blob_id)
        .await
        .expect("it can be");
    let its_chunk = doc! { "files_id": few.blob_id };
    let removed = rows(&bench, "blobs.chunks").delete_one(its_chunk).await;
    assert_eq!(removed.expect("it can be").deleted_count, 1);
    let differences = found(&bench, Check::MissingBytes).await;
    let mut found: Vec<&str> = differences.iter().map(|it| &*it.id).collect();
    let mut expected = [none.id.to_string(), few.id.to_string()];
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected);
    for difference in &differences {
        assert!(!repair(&bench, difference).await);
    }
    assert_eq!(bench.find(none.id).await, none);
}

#[tokio::test]
async fn a_document_whose_job_is_gone_gets_another_one() {
    let bench = Bench::new().await;
    let file = bench.file(somebody(&bench), REPORT.0, REPORT.1).await;
    let job = doc! { "_id": file.job_id.to_string() };
    let deleted = rows(&bench, "apalis_jobs").delete_one(job).await;
    assert_eq!(deleted.expect("it can be").deleted_count, 1);
    finds_and_mends(&bench, Check::MissingVerdicts, file.id.to_string()).await;
    let again = bench.find(file.id).await;
    assert_ne!(again.job_id, file.job_id);
    bench.attempt::<ValidateUpload>(again.job_id).await;
    assert!(bench.find(file.id).await.validated_at.is_some());
}

#[tokio::test]
async fn rejected_bytes_of_before_get_a_job_that_removes_them() {
    let bench = Bench::new().await;
    let file = bench
        .file_with_verdict(somebody(&bench), REPORT, Err("NOT_OPC"), 1)
        .await;
    let queue = QueueName::of::<EraseBlobs>();
    let of_queue = doc! { "queue": queue.as_str() };
    let deleted = rows(&bench, "apalis_jobs")
        .delete_many(of_queue.clone())
        .await;
    assert_eq!(deleted.expect("it can be").deleted_count, 1);
    finds_and_mends(&bench, Check::MissingRemovals, file.id.to_string()).await;
    let jobs = rows(&bench, "apalis_jobs").count_documents(of_queue).await;
    assert_eq!(jobs.expect("countable"), 1);
}

#[tokio::test]
async fn a_link_to_other_bytes_is_revoked() {
    let bench = Bench::new().await;
    let file = available(&bench).await;
    let (link, _) = bench.link_to(&file).await;
    let tomorrow = bench.now().saturating_add_millis(24 * 60 * 60 * 1000);
    let other = doc! { "sha256": "0".repeat(64), "expires_at": tomorrow };
    let changed = rows(&bench, "links")
        .update_one(doc! { "_id": link.id }, doc! { "$set": other })
        .await;
    assert_eq!(changed.expect("it can be").modified_count, 1);
    finds_and_mends(&bench, Check::StaleLinks, link.id.to_string()).await;
}

#[tokio::test]
async fn a_counter_that_is_wrong_and_an_upload_that_ended_long_ago_are_put_right() {
    let bench = Bench::new().await;
    let file = available(&bench).await;
    let counters = rows(&bench, "storage_usage");
    let wrong = doc! { "$inc": { "used_bytes": 7_i64, "used_files": -3_i64 } };
    let changed = counters.update_one(doc! { "_id": "total" }, wrong).await;
    assert_eq!(changed.expect("it can be").modified_count, 1);
    finds_and_mends(&bench, Check::StorageUsage, "total".to_owned()).await;
    let row = counters.find_one(doc! { "_id": "total" }).await;
    let row = row.expect("readable").expect("there");
    assert_eq!(row.get("used_bytes"), Some(&Bson::Int64(file.size_bytes)));

    let upload = bench.new_file(somebody(&bench), REPORT.0, REPORT.1).await;
    let lease = Duration::from_secs(60);
    let opened = bench
        .store()
        .open_reservation(upload.blob_id, upload.owner_id, lease);
    opened.await.expect("it can be opened");
    bench.committed().await;
    let id = upload.blob_id.to_string();
    finds_and_mends(&bench, Check::StaleReservations, id).await;
    assert!(found(&bench, Check::OrphanBytes).await.is_empty());
}
