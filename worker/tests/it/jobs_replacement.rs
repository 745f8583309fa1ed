//! New bytes of a document are inspected beside the old ones, and take their place if they are genuine.

use dossier_common::audit::{Act, AuditEntry};
use dossier_common::file::{DocumentKind, File, FileState, Replacement};
use dossier_common::id::{JobId, UserId};
use dossier_common::queue::backend::JobRecord;
use dossier_common::queue::{JobState, ValidateUpload};
use dossier_common::store::replacements::Replaced;
use mongodb::bson::doc;
use std::time::Duration;

use crate::harness::Bench;
use crate::harness::inspected::{AVAILABLE, MACROS, REPORT};

const SLIDES: (&str, &[u8]) = (
    "slides.pptx",
    include_bytes!("../../../fixtures/slides.pptx"),
);

async fn available(bench: &Bench) -> File {
    let owner = UserId::generate(&bench.entropy, bench.now());
    bench.file_with_verdict(owner, REPORT, AVAILABLE, 1).await
}

/// Gives a document another name.
async fn rename(bench: &Bench, file: &File, name: &str) {
    let files = bench.store().database().collection::<File>("files");
    let change = doc! { "$set": { "name": name }, "$inc": { "version": 1_i64 } };
    let renamed = files.update_one(doc! { "_id": file.id }, change).await;
    assert_eq!(renamed.expect("it can be").matched_count, 1);
}

/// Gives `file` this name and uploads `bytes` for it: the job that looks inside them.
async fn replace(bench: &Bench, file: &File, (name, bytes): (&str, &[u8])) -> JobId {
    rename(bench, file, name).await;
    let new = bench.new_file(file.owner_id, name, bytes).await;
    let lease = Duration::from_secs(60);
    let store = bench.store();
    let opened = store.open_reservation(new.blob_id, new.owner_id, lease);
    opened.await.expect("it can be opened");
    let replacement = Replacement {
        blob_id: new.blob_id,
        sha256: new.sha256,
        size_bytes: new.size_bytes,
        name: new.name,
        job_id: new.job_id,
        created_at: bench.now(),
        rejection: None,
        rejected_at: None,
        bytes_removed_at: None,
    };
    let entry = AuditEntry::of_now(Act::ReplaceFile, &bench.services.clock, &bench.entropy);
    let replaced = store.replace_file(file.id, &replacement, entry).await;
    assert_eq!(replaced.expect("it can be"), Replaced::Received);
    new.job_id
}

async fn inspected(bench: &Bench, job: JobId) -> JobRecord {
    let job = bench.attempt::<ValidateUpload>(job).await;
    assert_eq!(job.state, JobState::Done);
    job
}

#[tokio::test]
async fn genuine_bytes_take_the_place_of_the_old_ones_and_older_links_end() {
    let bench = Bench::new().await;
    let file = available(&bench).await;
    let (link, _) = bench.link_to(&file).await;
    let job = replace(&bench, &file, SLIDES).await;
    assert_eq!(bench.find(file.id).await.blob_id, file.blob_id);

    inspected(&bench, job).await;
    let now = bench.find(file.id).await;
    assert_eq!(
        (now.state, now.kind),
        (FileState::Available, Some(DocumentKind::Pptx))
    );
    assert_eq!(
        now.size_bytes,
        i64::try_from(SLIDES.1.len()).expect("small")
    );
    assert_eq!((now.name.as_str(), now.job_id), (SLIDES.0, job));
    assert_eq!(now.replacement, None);
    assert_eq!(now.earlier.len(), 1);
    assert_eq!(now.earlier[0].blob_id, file.blob_id);
    let link = bench.store().find_link(link.id).await.expect("readable");
    let state = link.expect("there").state;
    assert_eq!(state, dossier_common::link::LinkState::Revoked);
}

#[tokio::test]
async fn bytes_that_are_not_genuine_leave_the_document_as_it_is() {
    let bench = Bench::new().await;
    let file = available(&bench).await;
    let job = replace(&bench, &file, MACROS).await;
    inspected(&bench, job).await;
    let now = bench.find(file.id).await;
    assert_eq!(
        (now.state, now.blob_id),
        (FileState::Available, file.blob_id)
    );
    let replacement = now.replacement.expect("it is told");
    assert_eq!(
        replacement.rejection.expect("a reason").code,
        "MACRO_ENABLED"
    );
    assert_eq!(replacement.rejected_at, Some(bench.now()));
}

#[tokio::test]
async fn the_job_of_superseded_bytes_does_nothing() {
    let bench = Bench::new().await;
    let file = available(&bench).await;
    let first = replace(&bench, &file, MACROS).await;
    let second = replace(&bench, &file, SLIDES).await;
    inspected(&bench, first).await;
    inspected(&bench, second).await;
    let now = bench.find(file.id).await;
    assert_eq!(now.kind, Some(DocumentKind::Pptx));
    assert_eq!(now.earlier.len(), 2);
}

#[tokio::test]
async fn a_name_that_a_document_gets_while_new_bytes_wait_stays() {
    let bench = Bench::new().await;
    let file = available(&bench).await;
    let job = replace(&bench, &file, SLIDES).await;
    rename(&bench, &file, "board.pptx").await;
    inspected(&bench, job).await;
    let now = bench.find(file.id).await;
    assert_eq!(now.kind, Some(DocumentKind::Pptx));
    assert_eq!(now.name.as_str(), "board.pptx");
}
