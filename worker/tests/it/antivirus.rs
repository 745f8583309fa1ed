//! With a virus scanner, nothing becomes available that it did not call clean.

use dossier_common::file::{DocumentKind, File, FileState};
use dossier_common::id::UserId;
use dossier_common::queue::ValidateUpload;
use dossier_common::store::files::FileScope;
use dossier_worker::document::{Limits, Policy};
use dossier_worker::failure::JobFailure;
use dossier_worker::inspection::Inspector;
use dossier_worker::jobs::validate_upload;

use crate::document::builder::Opc;
use crate::harness::Bench;
use crate::harness::clamd::{FakeClamd, RealClamd, antivirus};

const REPORT: &[u8] = include_bytes!("../../../fixtures/report.docx");

/// The EICAR test file, in two halves, so that no scanner stumbles over this source.
const EICAR: [&str; 2] = [
    r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-",
    "ANTIVIRUS-TEST-FILE!$H+H*",
];

/// What came of one document, scanned by the scanner at `url`.
async fn scanned(url: &str, bytes: &[u8]) -> (Result<(), JobFailure>, File) {
    let mut bench = Bench::new().await;
    bench.services.inspector =
        Inspector::new(Limits::default(), Policy::standard()).with_antivirus(antivirus(url));
    let owner = UserId::generate(&bench.entropy, bench.now());
    let file = bench.file(owner, "report.docx", bytes).await;
    let job = ValidateUpload { file_id: file.id };
    let outcome = validate_upload(&job, &bench.services).await;
    let found = bench
        .store()
        .find_file(file.id, &FileScope::Everything)
        .await;
    (outcome, found.expect("readable").expect("there"))
}

fn error_of(outcome: Result<(), JobFailure>) -> String {
    let error = outcome.expect_err("no finding");
    assert!(matches!(error, JobFailure::Retry(_)), "{error:?}");
    error.to_string()
}

#[tokio::test]
async fn a_document_that_the_scanner_calls_clean_becomes_available() {
    let clamd = FakeClamd::start("stream: OK", None).await;
    let (outcome, file) = scanned(&clamd.url, REPORT).await;
    outcome.expect("there is a verdict");
    assert_eq!(file.kind, Some(DocumentKind::Docx));
    let received = clamd.received.lock().expect("nobody panicked");
    assert_eq!(*received, REPORT, "the scanner sees the stored bytes");
}

#[tokio::test]
async fn a_document_with_a_known_signature_is_rejected_as_malware() {
    let clamd = FakeClamd::start("stream: Win.Test.Signature FOUND", None).await;
    let (outcome, file) = scanned(&clamd.url, REPORT).await;
    outcome.expect("there is a verdict");
    let rejection = file.rejection.expect("it is rejected");
    assert_eq!(rejection.code, "MALWARE");
    assert!(rejection.message.contains("Win.Test.Signature"));
}

#[tokio::test]
async fn a_scanner_that_is_not_there_lets_nothing_through() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let address = listener.expect("a port").local_addr().expect("bound");
    let (outcome, file) = scanned(&format!("tcp://{address}"), REPORT).await;
    assert!(error_of(outcome).contains("not available"));
    assert_eq!(file.state, FileState::Received);
}

#[tokio::test]
async fn a_scanner_that_takes_no_document_of_that_size_lets_nothing_through() {
    let answer = "INSTREAM size limit exceeded. ERROR";
    let clamd = FakeClamd::start(answer, Some(1024)).await;
    let (outcome, file) = scanned(&clamd.url, REPORT).await;
    assert!(error_of(outcome).contains("StreamMaxLength"));
    assert_eq!(file.state, FileState::Received);
}

#[tokio::test]
async fn a_scanner_that_hangs_up_without_an_answer_lets_nothing_through() {
    let clamd = FakeClamd::start("", None).await;
    let (outcome, file) = scanned(&clamd.url, REPORT).await;
    error_of(outcome);
    assert_eq!(file.state, FileState::Received);
}

#[tokio::test]
async fn a_document_that_is_rejected_anyway_is_not_sent_to_the_scanner() {
    let clamd = FakeClamd::start("stream: OK", None).await;
    let (outcome, file) = scanned(&clamd.url, b"no document at all").await;
    outcome.expect("there is a verdict");
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
    let (outcome, file) = scanned(&clamd.url, &infected).await;
    outcome.expect("there is a verdict");
    let rejection = file.rejection.expect("it is rejected");
    assert_eq!(rejection.code, "MALWARE", "{rejection:?}");
    let (outcome, file) = scanned(&clamd.url, REPORT).await;
    outcome.expect("there is a verdict");
    assert_eq!(file.state, FileState::Available);
}
