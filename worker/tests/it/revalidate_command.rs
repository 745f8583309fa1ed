//! `dossier-worker revalidate`, as the real binary has it.

use std::time::Duration;

use dossier_common::file::{File, FileState};
use dossier_common::id::UserId;
use dossier_common::queue::backend::operator::{BulkOptions, Selection};
use dossier_common::queue::backend::{JobFilter, JobSummary};
use dossier_common::queue::{Job, JobState, QueueName, RevalidateUpload};
use dossier_worker::document::RULES_VERSION;
use serde_json::Value;

use crate::harness::inspected::{AVAILABLE, MACROS, REPORT};
use crate::harness::{Bench, CLIENT, Program};

const QUEUE: QueueName = QueueName::of::<RevalidateUpload>();

fn program(bench: &Bench, arguments: &[&str]) -> Program {
    let program = Program::bare(&[&["revalidate"], arguments].concat());
    program.variable("MONGODB_URI", bench.uri())
}

/// What it says on standard output, as JSON.
async fn json(bench: &Bench, arguments: &[&str]) -> (i32, Value) {
    let program = program(bench, &[arguments, &["--json"]].concat());
    let (code, said) = program.printed().await;
    let report = serde_json::from_str(&said);
    (code, report.unwrap_or_else(|_| panic!("no JSON: {said}")))
}

async fn jobs(bench: &Bench) -> Vec<JobSummary> {
    let filter = JobFilter::queue(RevalidateUpload::QUEUE);
    let operator = bench.store().queue_operator();
    let page = operator.list_jobs(&filter, None, 100).await;
    page.expect("they can be listed").items
}

/// One that stays good, one that turns bad, one that would be accepted, and one that is up to date.
async fn documents(bench: &Bench) -> [File; 4] {
    let owner = bench.user(CLIENT, None).await.id;
    [
        bench.file_with_verdict(owner, REPORT, AVAILABLE, 1).await,
        bench.file_with_verdict(owner, MACROS, AVAILABLE, 2).await,
        bench.file_with_verdict(owner, REPORT, Err("DDE"), 1).await,
        bench
            .file_with_verdict(owner, MACROS, AVAILABLE, RULES_VERSION)
            .await,
    ]
}

async fn genuine(bench: &Bench, count: usize) -> Vec<File> {
    let owner = UserId::generate(&bench.entropy, bench.now());
    let mut files = Vec::new();
    for _ in 0..count {
        files.push(bench.file_with_verdict(owner, REPORT, AVAILABLE, 1).await);
    }
    files
}

#[tokio::test]
async fn a_dry_run_changes_nothing_and_prints_what_would_change() {
    let bench = Bench::new().await;
    let files = documents(&bench).await;
    let [_, bad, acceptable, _] = &files;
    let (code, report) = json(&bench, &["--dry-run"]).await;
    assert_eq!(code, 0, "{report}");
    assert_eq!(report["dry_run"], true);
    assert_eq!(report["rules_version"], RULES_VERSION);
    assert_eq!(report["unchanged"], 1);
    let rejected = report["rejected"].as_array().expect("a list");
    assert_eq!(rejected.len(), 1, "{report}");
    assert_eq!(rejected[0]["file_id"], bad.id.to_string());
    assert_eq!(rejected[0]["name"], MACROS.0);
    assert_eq!(rejected[0]["code"], "MACRO_ENABLED");
    assert!(rejected[0]["detail"].is_string(), "{report}");
    let would = report["acceptable"].as_array().expect("a list");
    assert_eq!(would.len(), 1, "{report}");
    assert_eq!(
        (&would[0]["file_id"], &would[0]["code"]),
        (&acceptable.id.to_string().into(), &"DDE".into())
    );
    assert_eq!(report["failed"], Value::Array(Vec::new()));
    let (code, said) = program(&bench, &["--dry-run"]).run().await;
    assert_eq!(code, 0, "{said}");
    for part in [
        &*bad.id.to_string(),
        "would be rejected",
        "MACRO_ENABLED",
        "would be accepted",
        "3 of 3 documents",
        "3 documents inspected: 1 unchanged, 1 would be rejected",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(jobs(&bench).await.is_empty());
    for file in files {
        assert_eq!(bench.find(file.id).await, file);
    }
}

#[tokio::test]
async fn a_dry_run_goes_by_the_policy_and_says_what_it_could_not_inspect() {
    let bench = Bench::new().await;
    let owner = UserId::generate(&bench.entropy, bench.now());
    let misnamed = ("report.xlsx", REPORT.1);
    bench.file_with_verdict(owner, misnamed, AVAILABLE, 1).await;
    let lost = bench.file_with_verdict(owner, REPORT, AVAILABLE, 1).await;
    let deleted = bench.store().delete_blob(lost.blob_id).await;
    deleted.expect("its bytes can be deleted");
    let program = program(&bench, &["--dry-run", "--json"]);
    let (code, said) = program
        .variable("INSPECTION_POLICY", "strict")
        .printed()
        .await;
    assert_eq!(code, 1, "not all were inspected: {said}");
    let report: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(report["rejected"][0]["code"], "EXTENSION_MISMATCH");
    assert_eq!(report["failed"][0]["file_id"], lost.id.to_string());
    let error = report["failed"][0]["error"].as_str().expect("a reason");
    assert!(error.contains("incomplete"), "{error}");
}

#[tokio::test]
async fn workers_inspect_again_and_a_second_run_says_the_same_and_enqueues_nothing() {
    let bench = Bench::new().await;
    let [good, bad, acceptable, current] = documents(&bench).await;
    let workers = bench.work(&[QUEUE]);
    let (code, said) = program(&bench, &[]).run().await;
    assert_eq!(code, 0, "{said}");
    assert!(
        said.contains("3 inspections enqueued, 0 were so before"),
        "{said}"
    );
    assert!(said.contains("3 of 3 documents"), "{said}");
    assert!(said.contains("stays rejected, would be accepted"), "{said}");
    let (code, report) = json(&bench, &[]).await;
    assert_eq!(code, 0, "{report}");
    assert_eq!(report["unchanged"], 1);
    assert_eq!(report["rejected"][0]["file_id"], bad.id.to_string());
    assert_eq!(report["rejected"][0]["code"], "MACRO_ENABLED");
    assert_eq!(
        report["acceptable"][0]["file_id"],
        acceptable.id.to_string()
    );
    assert_eq!(
        (&report["waiting"], &report["outdated"]),
        (&0.into(), &0.into())
    );
    workers.stop().await;
    let jobs = jobs(&bench).await;
    assert_eq!(jobs.len(), 3);
    assert!(jobs.iter().all(|job| job.attempts == 1), "{jobs:?}");
    assert_eq!(bench.find(good.id).await.judged_by(), RULES_VERSION);
    assert_eq!(bench.find(bad.id).await.state, FileState::Rejected);
    assert_eq!(bench.find(current.id).await, current);
}

#[tokio::test]
async fn only_verdicts_of_a_version_and_older_ones_where_that_is_asked_for() {
    let bench = Bench::new().await;
    let [_, newer, _, _] = documents(&bench).await;
    let workers = bench.work(&[QUEUE]);
    let (code, report) = json(&bench, &["--since", "1"]).await;
    workers.stop().await;
    assert_eq!(code, 0, "{report}");
    assert_eq!(jobs(&bench).await.len(), 2);
    assert_eq!(bench.find(newer.id).await, newer, "its verdict is of 2");
}

#[tokio::test]
async fn inspections_are_spread_evenly_and_go_on_after_ctrl_c() {
    let bench = Bench::new().await;
    let files = genuine(&bench, 4).await;
    let program = program(&bench, &["--over", "2h"]);
    let mut running = program.start_until("0 of 4 documents").await;
    running.signal("INT").await;
    running
        .read_until("the workers go on with what is enqueued")
        .await;
    let (code, said) = running.ended().await;
    assert_eq!(code, 130, "{said}");
    assert!(
        said.contains("no worker takes jobs from revalidate-upload"),
        "{said}"
    );
    let mut jobs = jobs(&bench).await;
    jobs.sort_by_key(|job| job.run_at);
    let due: Vec<_> = jobs.iter().map(|job| job.run_at).collect();
    let apart: Vec<_> = due
        .windows(2)
        .map(|pair| pair[1].saturating_duration_since(pair[0]))
        .collect();
    assert_eq!(apart, [Duration::from_secs(30 * 60); 3], "{due:?}");
    let operator = bench.store().queue_operator();
    for job in &jobs {
        operator.run_now(&job.id).await.expect("it can be");
    }
    let workers = bench.work(&[QUEUE]);
    let (code, report) = json(&bench, &[]).await;
    workers.stop().await;
    assert_eq!((code, &report["unchanged"]), (0, &4.into()), "{report}");
    for file in files {
        assert_eq!(bench.find(file.id).await.judged_by(), RULES_VERSION);
    }
}

#[tokio::test]
async fn a_run_that_was_killed_is_resumed_and_no_document_gets_a_second_job() {
    let bench = Bench::new().await;
    let files = genuine(&bench, 5).await;
    // As a run leaves them that was killed while it enqueued.
    let some = files.iter().take(2).map(|file| {
        let (file_id, rules_version) = (file.id, RULES_VERSION);
        let job = RevalidateUpload {
            file_id,
            rules_version,
        };
        job.job_in(Duration::ZERO)
    });
    let enqueued = bench.store().enqueue_revalidations(some.collect()).await;
    assert!(
        enqueued
            .expect("they can be")
            .iter()
            .all(|job| job.is_new())
    );
    let running = program(&bench, &[]).start_until("of 5 documents").await;
    running.kill().await;
    let workers = bench.work(&[QUEUE]);
    let (code, report) = json(&bench, &[]).await;
    workers.stop().await;
    assert_eq!((code, &report["unchanged"]), (0, &5.into()), "{report}");
    let jobs = jobs(&bench).await;
    assert_eq!(jobs.len(), 5);
    for job in jobs {
        assert_eq!((job.state, job.attempts), (JobState::Done, 1), "{job:?}");
    }
}

#[tokio::test]
async fn what_could_not_be_inspected_is_listed_with_the_reason_and_the_exit_code_says_so() {
    let bench = Bench::new().await;
    let files = genuine(&bench, 2).await;
    let job = RevalidateUpload {
        file_id: files[0].id,
        rules_version: RULES_VERSION,
    };
    let id = job.id();
    let enqueued = bench
        .store()
        .enqueue_revalidations(vec![job.job_in(Duration::ZERO)])
        .await;
    enqueued.expect("it can be");
    let operator = bench.store().queue_operator();
    let cancelled = operator
        .cancel_jobs(&Selection::id(id), BulkOptions::default())
        .await;
    assert_eq!(cancelled.expect("it can be").changed, 1);
    let workers = bench.work(&[QUEUE]);
    let (code, report) = json(&bench, &[]).await;
    workers.stop().await;
    assert_eq!(code, 1, "{report}");
    assert_eq!(report["unchanged"], 1);
    assert_eq!(report["failed"][0]["file_id"], files[0].id.to_string());
    assert_eq!(report["failed"][0]["error"], "its job was cancelled");
}

#[tokio::test]
async fn what_cannot_be_asked_is_told_with_what_can() {
    let current = RULES_VERSION.to_string();
    for (arguments, words) in [
        (&["--since", &*current][..], "are up to date"),
        (&["--over", "soon"][..], "90s, 10m or 1h30m"),
        (&["--over", "10m", "--dry-run"][..], "cannot be used with"),
    ] {
        let arguments = [&["revalidate"], arguments].concat();
        let (code, said) = Program::bare(&arguments).run().await;
        assert_eq!(code, 2, "{said}");
        assert!(said.contains(words), "{words}: {said}");
    }
}
