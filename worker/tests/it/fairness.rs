//! Documents that take long wait for each other, and no ordinary one waits for them.

use dossier_common::file::FileState;
use dossier_common::id::UserId;
use dossier_common::queue::{JobState, ValidateUpload};
use dossier_worker::document::{Limits, Policy};
use dossier_worker::inspection::Inspector;

use crate::document::builder::Opc;
use crate::document::{code, verdict};
use crate::harness::inspected::REPORT;
use crate::harness::{Bench, Program};

/// A sound document with so many empty elements.
fn elements(number: usize) -> Vec<u8> {
    let xml = format!("<a>{}</a>", "<b/>".repeat(number));
    Opc::docx().part("word/a.xml", xml).bytes()
}

#[tokio::test]
async fn an_ordinary_document_does_not_wait_for_those_before_it_that_take_long() {
    const LONG: usize = 6;
    let bench = Bench::new().await;
    let owner = UserId::generate(&bench.entropy, bench.now());
    let bytes = elements(8_000_000);
    let mut long = Vec::new();
    for _ in 0..LONG {
        long.push(bench.file(owner, "long.docx", &bytes).await);
    }
    let ordinary = bench.file(owner, REPORT.0, REPORT.1).await;
    let worker = Program::worker(bench.uri(), &bench.mail.smtp_url());
    let worker = worker.variable("WORKER_CONCURRENCY", "1").start().await;
    bench.reaches(ordinary.job_id, JobState::Done).await;
    let mut waiting = 0;
    for file in &long {
        waiting += usize::from(bench.find(file.id).await.state == FileState::Received);
    }
    assert!(waiting > LONG / 2, "{waiting} of {LONG} wait still");
    for file in &long {
        bench.reaches(file.job_id, JobState::Done).await;
        assert_eq!(bench.find(file.id).await.state, FileState::Available);
    }
    let (exit, log) = worker.stop().await;
    assert_eq!(exit, 0, "{log}");
}

#[tokio::test]
async fn one_that_takes_long_gets_the_verdict_of_the_whole_budget() {
    let mut bench = Bench::new().await;
    let owner = UserId::generate(&bench.entropy, bench.now());
    let (within, beyond) = (elements(1_700_000), elements(2_200_000));
    let needed = [&within, &beyond].map(|bytes| verdict(bytes).facts().steps);
    let limits = Limits {
        steps: u64::midpoint(needed[0], needed[1]),
        ..Limits::default()
    };
    assert!(needed[0] > 50_000_000, "more than a short pass: {needed:?}");
    bench.services.inspector = Inspector::new(limits, Policy::standard());
    for (bytes, expected) in [
        (&within, FileState::Available),
        (&beyond, FileState::Rejected),
    ] {
        assert_eq!(code(&verdict(bytes)), "docx");
        let file = bench.file(owner, "long.docx", bytes).await;
        bench.attempt::<ValidateUpload>(file.job_id).await;
        let file = bench.find(file.id).await;
        assert_eq!(file.state, expected, "{:?}", file.rejection);
        let code = file.rejection.map(|it| it.code);
        let limited = expected == FileState::Rejected;
        assert_eq!(code.as_deref(), limited.then_some("XML_LIMITS"));
    }
}
