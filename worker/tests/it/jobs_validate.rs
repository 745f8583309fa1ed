//! Verdicts on uploads: recorded once, and never a guess when the bytes cannot be read.

use std::time::Duration;

use dossier_common::file::{DocumentKind, File, FileState};
use dossier_common::id::{FileId, JobId, UserId};
use dossier_common::queue::backend::{JobRecord, Outcome};
use dossier_common::queue::{JobState, QueueName, ValidateUpload};
use dossier_common::store::files::FileScope;

use crate::harness::Bench;

const REPORT: &[u8] = include_bytes!("../../../fixtures/report.docx");

const FIXTURES: [(&str, &[u8], Result<DocumentKind, &str>); 7] = [
    ("report.docx", REPORT, Ok(DocumentKind::Docx)),
    (
        "large-report.docx",
        include_bytes!("../../../fixtures/large-report.docx"),
        Ok(DocumentKind::Docx),
    ),
    (
        "slides.pptx",
        include_bytes!("../../../fixtures/slides.pptx"),
        Ok(DocumentKind::Pptx),
    ),
    (
        "figures.xlsx",
        include_bytes!("../../../fixtures/figures.xlsx"),
        Ok(DocumentKind::Xlsx),
    ),
    (
        "renamed-archive.docx",
        include_bytes!("../../../fixtures/renamed-archive.docx"),
        Err("NOT_OPC"),
    ),
    (
        "macros.docm",
        include_bytes!("../../../fixtures/macros.docm"),
        Err("MACRO_ENABLED"),
    ),
    (
        "macros-renamed.docx",
        include_bytes!("../../../fixtures/macros-renamed.docx"),
        Err("MACRO_ENABLED"),
    ),
];

async fn owner(bench: &Bench) -> UserId {
    UserId::generate(&bench.entropy, bench.now())
}

async fn find(bench: &Bench, id: FileId) -> File {
    let found = bench.store().find_file(id, &FileScope::Everything).await;
    found.expect("readable").expect("there")
}

/// What came of the first attempt at an inspection.
async fn inspected(bench: &Bench, job: JobId) -> JobRecord {
    bench.attempt::<ValidateUpload>(job).await
}

#[tokio::test]
async fn genuine_documents_become_available_and_others_are_rejected_with_a_reason() {
    let bench = Bench::new().await;
    let owner = owner(&bench).await;
    let mut files = Vec::new();
    for (name, bytes, _) in FIXTURES {
        files.push(bench.file(owner, name, bytes).await);
    }
    let workers = bench.work(&[QueueName::of::<ValidateUpload>()]);
    for (file, (name, _, verdict)) in files.iter().zip(FIXTURES) {
        let job = bench.reaches(file.job_id, JobState::Done).await;
        assert_eq!(job.attempts, 1, "{name}: a verdict is never a failure");
        let file = find(&bench, file.id).await;
        let found = match file.kind {
            Some(kind) => Ok(kind),
            None => Err(file.rejection.as_ref().map(|it| &*it.code)),
        };
        assert_eq!(found, verdict.map_err(Some), "{name}");
        let state = verdict.map_or(FileState::Rejected, |_| FileState::Available);
        assert_eq!(file.state, state, "{name}");
        assert_eq!(file.validated_at, Some(bench.now()));
        assert!(file.inspection.is_some_and(|it| it.rules_version > 0));
    }
    workers.stop().await;
}

#[tokio::test]
async fn the_first_verdict_stays() {
    let bench = Bench::new().await;
    let file = bench.file(owner(&bench).await, "report.docx", REPORT).await;
    let job = inspected(&bench, file.job_id).await;
    assert_eq!(job.state, JobState::Done, "it can be inspected");
    let first = find(&bench, file.id).await;
    assert_eq!(first.state, FileState::Available);
    bench.services.clock.advance(Duration::from_secs(60));
    let again = bench
        .enqueue(ValidateUpload {
            file_id: file.id,
            blob_id: None,
        })
        .await;
    let job = inspected(&bench, again).await;
    assert_eq!(job.state, JobState::Done, "there is nothing to do");
    assert_eq!(find(&bench, file.id).await, first);
}

#[tokio::test]
async fn a_document_that_is_gone_is_no_failure() {
    let bench = Bench::new().await;
    let file_id = FileId::generate(&bench.entropy, bench.now());
    let job = bench
        .enqueue(ValidateUpload {
            file_id,
            blob_id: None,
        })
        .await;
    let job = inspected(&bench, job).await;
    assert_eq!(job.state, JobState::Done, "there is nothing to do");
}

#[tokio::test]
async fn bytes_that_cannot_be_read_are_our_failure_and_no_verdict() {
    let bench = Bench::new().await;
    let file = bench.file(owner(&bench).await, "report.docx", REPORT).await;
    let deleted = bench.store().delete_blob(file.blob_id).await;
    deleted.expect("they can be deleted");
    let job = inspected(&bench, file.job_id).await;
    assert_eq!(job.history[0].outcome, Outcome::Failed);
    assert!(job.finished_at.is_none(), "another attempt follows");
    assert_eq!(find(&bench, file.id).await.state, FileState::Received);
}
