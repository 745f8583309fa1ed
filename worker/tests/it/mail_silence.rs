//! Mail servers that fall silent, or never end.

use dossier_common::queue::backend::{AttemptRecord, Outcome};
use dossier_common::queue::{JobState, SendEmail};
use dossier_devstack::testing::Logs;

use crate::harness::smtp_server::{server_that_says, server_without_an_end};
use crate::harness::{Bench, CLIENT, mailer, mailer_with};

/// How an attempt at a mail ends with this server; the mail is sent when the server is a better one.
async fn failed_attempt(url: &str) -> AttemptRecord {
    let logs = Logs::collect();
    let mut bench = Bench::new().await;
    let (_, job) = bench.sign_up(None).await;
    bench.services.mailer = mailer_with(url, [("SMTP_TIMEOUT_SECONDS", "1")]);
    let mut failed = bench.attempt::<SendEmail>(job).await;
    let warned = logs.lines(&job.to_string());
    assert!(warned.iter().any(|line| line.contains("WARN")));
    bench.services.mailer = mailer(&bench.mail.smtp_url());
    let workers = bench.work(&[dossier_common::queue::QueueName::of::<SendEmail>()]);
    bench.reaches(job, JobState::Done).await;
    workers.stop().await;
    assert_eq!(bench.mail.mailbox().messages_to(CLIENT).len(), 1);
    failed.history.remove(0)
}

#[tokio::test]
async fn a_server_that_falls_silent_at_any_step_is_waited_for_no_longer_than_the_limit() {
    let conversation: &'static [&'static str] = &[
        "220 hi\r\n",
        "250 hi\r\n",
        "250 ok\r\n",
        "250 ok\r\n",
        "354 go\r\n",
    ];
    let waited_for = [
        "sent no greeting",
        "did not answer EHLO",
        "did not answer MAIL",
        "did not answer RCPT",
        "did not answer DATA",
        "did not say whether it took the mail",
    ];
    for (steps, waited_for) in waited_for.into_iter().enumerate() {
        let url = server_that_says(&conversation[..steps]).await;
        let failed = failed_attempt(&url).await;
        assert_eq!(failed.outcome, Outcome::Failed, "{steps}");
        let error = failed.error.unwrap_or_default();
        let expected = format!("the mail server {waited_for} within 1 s");
        assert!(error.contains(&expected), "{steps}: {error}");
        assert_eq!(error.contains("smtps://"), steps == 0, "{error}");
        let took = failed
            .finished_at
            .saturating_duration_since(failed.started_at);
        // A busy machine may be late. Without the setting it would be a minute.
        assert!(took.as_secs() < 15, "{steps}: {took:?}");
    }
}

const ENDLESS_LINE: &[u8] = &[b'2'; 4096];
const ENDLESS_REPLY: &[u8] = b"220-foo\r\n";

#[tokio::test]
async fn an_answer_without_an_end_fails_the_attempt_and_fills_no_memory() {
    for (bytes, expected) in [
        (ENDLESS_LINE, "more than 262144 bytes"),
        (ENDLESS_REPLY, "more than 200 lines"),
    ] {
        let failed = failed_attempt(&server_without_an_end(bytes).await).await;
        let error = failed.error.unwrap_or_default();
        assert!(error.contains(expected), "{error}");
    }
}
