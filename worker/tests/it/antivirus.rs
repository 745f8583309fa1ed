//! With a virus scanner, nothing becomes available that it did not call clean.

use dossier_common::file::{DocumentKind, File, FileState};
use dossier_common::id::UserId;
use dossier_common::queue::backend::{JobRecord, Outcome};
use dossier_common::queue::{JobState, ValidateUpload};
use dossier_common::store::files::FileScope;
use dossier_devstack::port::free_port;
use dossier_worker::document::{Limits, Policy};
use dossier_worker::inspection::Inspector;

use crate::document::builder::Opc;
use crate::harness::Bench;
use crate::harness::clamd::{FakeClamd, RealClamd, antivirus};

const REPORT: &[u8] = include_bytes!("../../../fixtures/report.docx");

/// The EICAR test file, in two halves, so that no scanner reports this source.
const EICAR: [&str; 2] = [
    r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-",
    "ANTIVIRUS-TEST-FILE!$H+H*",
];

/// What came of the first attempt at one document, scanned by the scanner at `url`.
async fn scanned(url: &str, bytes: &[u8]) -> (JobRecord, File) {
    let mut bench = Bench::new().await;
    bench.services.inspector =
        Inspector::new(Limits::default(), Policy::standard()).with_antivirus(antivirus(url));
    let owner = UserId::generate(&bench.entropy, bench.now());
    let file = bench.file(owner, "report.docx", bytes).await;
    let job = bench.attempt::<ValidateUpload>(file.job_id).await;
    let found = bench
        .store()
        .find_file(file.id, &FileScope::Everything)
        .await;
    (job, found.expect("readable").expect("there"))
}

fn has_a_verdict(job: &JobRecord) {
    assert_eq!(job.state, JobState::Done, "{job:?}");
}

/// The error of an attempt that is followed by another.
fn error_of(job: JobRecord) -> String {
    assert_eq!(job.history[0].outcome, Outcome::Failed, "{job:?}");
    assert!(job.finished_at.is_none(), "{job:?}");
    job.last_error.expect("a reason")
}

#[tokio::test]
async fn a_document_that_the_scanner_calls_clean_becomes_available() {
    let clamd = FakeClamd::start("stream: OK", None).await;
    let (job, file) = scanned(&clamd.url, REPORT).await;
    has_a_verdict(&job);
    assert_eq!(file.kind, Some(DocumentKind::Docx));
    let received = clamd.received.lock().expect("nobody panicked");
    assert_eq!(*received, REPORT, "the scanner sees the stored bytes");
}

#[tokio::test]
async fn a_document_with_a_known_signature_is_rejected_as_malware() {
    let clamd = FakeClamd::start("stream: Win.Test.Signature FOUND", None).await;
    let (job, file) = scanned(&clamd.url, REPORT).await;
    has_a_verdict(&job);
    let rejection = file.rejection.expect("it is rejected");
    assert_eq!(rejection.code, "MALWARE");
    assert!(rejection.message.contains("Win.Test.Signature"));
}

#[tokio::test]
async fn a_scanner_that_is_not_there_lets_nothing_through() {
    let port = free_port().expect("a port");
    let (job, file) = scanned(&format!("tcp://127.0.0.1:{port}"), REPORT).await;
    assert!(error_of(job).contains("not available"));
    assert_eq!(file.state, FileState::Received);
}

#[tokio::test]
async fn a_scanner_that_takes_no_document_of_that_size_lets_nothing_through() {
    let answer = "INSTREAM size limit exceeded. ERROR";
    let clamd = FakeClamd::start(answer, Some(1024)).await;
    let (job, file) = scanned(&clamd.url, REPORT).await;
    assert!(error_of(job).contains("StreamMaxLength"));
    assert_eq!(file.state, FileState::Received);
}

#[tokio::test]
async fn a_scanner_that_hangs_up_without_an_answer_lets_nothing_through() {
    let clamd = FakeClamd::start("", None).await;
    let (job, file) = scanned(&clamd.url, REPORT).await;
    error_of(job);
    assert_eq!(file.state, FileState::Received);
}

#[tokio::test]
async fn a_document_that_is_rejected_anyway_is_not_sent_to_the_scanner() {
    let clamd = FakeClamd::start("stream: OK", None).await;
    let (job, file) = scanned(&clamd.url, b"no document at all").await;
    has_a_verdict(&job);
    assert_eq!(file.rejection.expect("rejected").code, "NOT_OFFICE");
    assert!(clamd.received.lock().expect("nobody panicked").is_empty());
}

#[tokio::test]
async fn the_real_clamd_finds_the_test_file_within_a_document() {
    // Where Debian's clamd is not installed, the small one above has to do.
    let Some(clamd) = RealClamd::start().await else {
        return;
    };
    let infected = Opc::docx()
        .default("txt", "text/plain")
        .part("word/note.txt", EICAR.concat())
        .bytes();
    let (job, file) = scanned(&clamd.url, &infected).await;
    has_a_verdict(&job);
    let rejection = file.rejection.expect("it is rejected");
    assert_eq!(rejection.code, "MALWARE", "{rejection:?}");
    let (job, file) = scanned(&clamd.url, REPORT).await;
    has_a_verdict(&job);
    assert_eq!(file.state, FileState::Available);
}
