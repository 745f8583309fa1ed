//! A worker that dies between the server's acceptance and its own acknowledgement.

use dossier_common::queue::JobState;
use dossier_devstack::mail::Behaviour;

use crate::harness::{Bench, PATIENCE, Program};

#[tokio::test]
async fn a_mail_that_may_have_been_sent_is_sent_again_under_the_same_id_and_says_so() {
    let bench = Bench::new().await;
    bench
        .mail
        .behave(Behaviour::stall())
        .expect("a server can be so");
    // The program runs by the system's clock, long before the sign-up expires.
    let (_, job) = bench.sign_up(None).await;
    let worker = || {
        let program = Program::worker(bench.uri(), &bench.mail.smtp_url());
        program.variable("QUEUE_LEASE_SECONDS", "1")
    };
    let first = worker().start().await;
    bench.reaches(job, JobState::Running).await;
    // The server has the mail, so it may have been sent.
    assert!(bench.mail.wait_until_stalled(1, PATIENCE).await);
    first.kill().await;
    bench
        .mail
        .behave(Behaviour::ok())
        .expect("a server can be so");
    let second = worker().start().await;
    let done = bench.reaches(job, JobState::Done).await;
    second.stop().await;
    assert_eq!(done.crashes, 1);
    assert!(
        done.log
            .iter()
            .any(|line| line.line.starts_with("maybe_sent")),
        "{:?}",
        done.log
    );
    let mails = bench.mail.mailbox();
    let mail = mails.wait_for(PATIENCE, |_| true).await.expect("a mail");
    let id = format!("<{job}@dossier.example.com>");
    for mail in mails.messages() {
        assert_eq!(mail.header("Message-ID"), Some(&*id));
    }
    drop(mail);
}

#[tokio::test]
async fn a_worker_that_is_told_to_stop_ends_its_jobs_first_and_logs_no_secret() {
    let bench = Bench::new().await;
    let program = Program::worker(bench.uri(), &bench.mail.smtp_url());
    let mut running = program.variable("RUST_LOG", "debug").start().await;
    let (_, job) = bench.sign_up(None).await;
    let mail = bench.mail.mailbox().wait_for(PATIENCE, |_| true).await;
    let mail = mail.expect("a mail arrives");
    running.read_until("sent verify").await;
    let (code, log) = running.stop().await;
    assert_eq!(code, 0, "{log}");
    let drained = bench.job(job).await;
    assert_eq!(drained.state, JobState::Done, "{drained:?}");
    let text = mail.text.as_deref().expect("a text");
    let (_, rest) = text.split_once("/verify-email/").expect("a link");
    let token = rest.split_whitespace().next().expect("a token");
    for secret in [token, "ada@example.com", crate::harness::FERNET_KEY] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
    assert!(log.contains("a***@example.com"), "people are masked: {log}");
}
