//! Nothing fails in silence: each failed attempt is a line, and so is each dead job.

use dossier_common::queue::{JobState, QueueName, SendEmail};
use dossier_devstack::mail::Behaviour;
use dossier_devstack::testing::Logs;

use crate::harness::{Bench, eventually};

/// Asserts that one line of `logs` has all of `parts`.
#[track_caller]
fn assert_line(logs: &Logs, parts: &[&str]) {
    let lines = logs.lines(parts[0]);
    let mut lines_with_all = lines
        .iter()
        .filter(|line| parts.iter().all(|part| line.contains(*part)));
    assert!(lines_with_all.next().is_some(), "{parts:?}: {lines:?}");
}

#[tokio::test]
async fn a_failed_attempt_is_a_warning_with_whom_the_mail_is_for_and_when_it_is_tried_again() {
    let logs = Logs::collect();
    let bench = Bench::new().await;
    let refusal = Behaviour::reject(451);
    bench.mail.behave(refusal).expect("a server can be so");
    let (_, job) = bench.sign_up(None).await;
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    eventually("an attempt was made", async || {
        (!bench.job(job).await.history.is_empty()).then_some(())
    })
    .await;
    workers.stop().await;
    let id = job.to_string();
    let parts = [
        &*id,
        "WARN",
        "send-email",
        "a***@example.com",
        "451",
        "next_at=",
    ];
    assert_line(&logs, &parts);
}

#[tokio::test]
async fn a_dead_job_is_an_error_with_whom_the_mail_is_for() {
    let logs = Logs::collect();
    let bench = Bench::new().await;
    let refusal = Behaviour::reject(550);
    bench.mail.behave(refusal).expect("a server can be so");
    let (_, job) = bench.sign_up(None).await;
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    bench.reaches(job, JobState::Dead).await;
    workers.stop().await;
    let id = job.to_string();
    let parts = [
        &*id,
        "ERROR",
        "send-email",
        "a***@example.com",
        "550",
        "the job is dead",
    ];
    assert_line(&logs, &parts);
}
