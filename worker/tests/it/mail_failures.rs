//! Mail servers refuse, for now or for good, or are not there.

use std::time::Duration;

use dossier_common::queue::backend::{AttemptRecord, Outcome};
use dossier_common::queue::{Job, JobState, QueueName, SendEmail};
use dossier_devstack::mail::Behaviour;
use dossier_devstack::testing::Logs;

use crate::harness::smtp_server::server_that_says;
use crate::harness::{Bench, CLIENT, RETRY_BASE, eventually, mailer_with};

async fn bench(behaviour: Behaviour) -> (Bench, dossier_common::id::JobId) {
    let bench = Bench::new().await;
    bench.mail.behave(behaviour).expect("a server can be so");
    let (_, job) = bench.sign_up(None).await;
    (bench, job)
}

/// Lets the mail server take all mail from now on.
fn recover(bench: &Bench) {
    let changed = bench.mail.behave(Behaviour::ok());
    changed.expect("a server can be so");
}

#[tokio::test]
async fn a_refusal_for_good_ends_the_job_at_once_with_the_servers_own_words() {
    let (bench, job) = bench(Behaviour::reject(550)).await;
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    let dead = bench.reaches(job, JobState::Dead).await;
    assert_eq!((dead.attempts, dead.history.len()), (1, 1));
    assert_eq!(dead.history[0].outcome, Outcome::Aborted);
    let error = dead.last_error.expect("a reason");
    assert!(error.contains("550") && error.contains("5.1.1"), "{error}");

    recover(&bench);
    bench.retry(job).await;
    let done = bench.reaches(job, JobState::Done).await;
    assert_eq!(done.history.len(), 2, "the first attempt is not forgotten");
    workers.stop().await;
    assert_eq!(bench.mail.mailbox().messages_to(CLIENT).len(), 1);
}

#[tokio::test]
async fn a_refusal_for_now_is_tried_again_after_growing_pauses() {
    let (bench, job) = bench(Behaviour::reject(451)).await;
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    eventually("three attempts were made", async || {
        (bench.job(job).await.history.len() >= 3).then_some(())
    })
    .await;
    recover(&bench);
    let done = bench.reaches(job, JobState::Done).await;
    workers.stop().await;
    assert_eq!(bench.mail.mailbox().messages_to(CLIENT).len(), 1);
    let (mut pauses, history) = (Vec::new(), &done.history);
    for pair in history.windows(2) {
        assert_eq!(pair[0].outcome, Outcome::Failed);
        let error = pair[0].error.as_deref().expect("a reason");
        assert!(error.contains("451") && error.contains("4.3.0"), "{error}");
        pauses.push(
            pair[1]
                .started_at
                .saturating_duration_since(pair[0].finished_at),
        );
    }
    // A tenth of jitter either way, and the clock of the server in milliseconds.
    for (round, pause) in pauses.into_iter().enumerate() {
        let shortest = RETRY_BASE.mul_f64(0.85) * 2_u32.pow(u32::try_from(round).expect("few"));
        assert!(pause >= shortest, "pause {round} is {pause:?}");
    }
}

#[tokio::test]
async fn a_mail_server_that_is_down_is_waited_for() {
    let (bench, job) = bench(Behaviour::down()).await;
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    let failed = first_attempt(&bench, job).await;
    assert_eq!(failed.outcome, Outcome::Failed);
    assert_ne!(bench.job(job).await.state, JobState::Dead);
    recover(&bench);
    bench.reaches(job, JobState::Done).await;
    workers.stop().await;
    assert_eq!(bench.mail.mailbox().messages_to(CLIENT).len(), 1);
}

#[tokio::test]
async fn one_refused_address_does_not_hold_up_the_others() {
    let (bench, job) = bench(Behaviour::reject(451).only_for("somebody@example.com")).await;
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    bench.reaches(job, JobState::Done).await;
    workers.stop().await;
}

#[tokio::test]
async fn only_a_refusal_of_the_mail_itself_is_final() {
    let cases: [(&'static [&'static str], &str, Outcome); 7] = [
        (
            &["554 5.7.1 no service for you\r\n"],
            "the mail server refused the connection: 554 5.7.1 no",
            Outcome::Failed,
        ),
        (
            &["220 hi\r\n", "502 5.5.1 what\r\n", "221 bye\r\n"],
            "refused EHLO: 502",
            Outcome::Failed,
        ),
        // No answer to QUIT.
        (
            &["220 hi\r\n", "502 5.5.1 what\r\n"],
            "refused EHLO: 502",
            Outcome::Failed,
        ),
        (
            &["220 hi\r\n", "250 hi\r\n", "550 5.7.1 not from you\r\n"],
            "refused MAIL: 550",
            Outcome::Failed,
        ),
        (
            &[
                "220 hi\r\n",
                "250 hi\r\n",
                "250 ok\r\n",
                "550 5.1.1 who\r\n",
            ],
            "refused RCPT: 550 5.1.1",
            Outcome::Aborted,
        ),
        // One reply too many: what looks like the answer to DATA is the one to RCPT.
        (
            &[
                "220 hi\r\n",
                "250 hi\r\n",
                "250 ok\r\n250 ok\r\n",
                "250 ok\r\n",
                "354 go\r\n",
            ],
            "250 to DATA",
            Outcome::Failed,
        ),
        (
            &[
                "220 hi\r\n",
                "250 hi\r\n",
                "250 ok\r\n",
                "250 ok\r\n",
                "354 go\r\n",
                "354 go on\r\n",
            ],
            "354 to the end",
            Outcome::Failed,
        ),
    ];
    for (lines, said, outcome) in cases {
        let (mut bench, job) = bench(Behaviour::ok()).await;
        let url = server_that_says(lines).await;
        bench.services.mailer = mailer_with(&url, [("SMTP_TIMEOUT_SECONDS", "5")]);
        let workers = bench.work(&[QueueName::of::<SendEmail>()]);
        let failed = first_attempt(&bench, job).await;
        let error = failed.error.unwrap_or_default();
        assert_eq!(failed.outcome, outcome, "{lines:?}: {error}");
        assert!(error.contains(said), "{lines:?}: {error}");
        workers.stop().await;
    }
}

#[tokio::test]
async fn a_server_whose_words_are_no_utf_8_or_missing_is_understood() {
    const REFUSES: &[&[u8]] = &[
        b"220 gr\xFC\xDF dich\r\n",
        b"250 hi\r\n",
        b"250 ok\r\n",
        b"550 5.1.1 Empf\xE4nger unbekannt\r\n",
    ];
    const TAKES: &[&[u8]] = &[
        b"220 hi\r\n",
        b"250 hi\r\n",
        b"250\r\n",
        b"250\r\n",
        b"354\r\n",
        b"250 2.0.0 f\xFCr sp\xE4ter\r\n",
    ];
    let cases = [
        (REFUSES, JobState::Dead, "5.1.1 Empf?nger unbekannt"),
        (TAKES, JobState::Done, "250 2.0.0 f?r sp?ter"),
    ];
    for (lines, state, said) in cases {
        let (mut bench, job) = bench(Behaviour::ok()).await;
        let url = server_that_says(lines).await;
        bench.services.mailer = mailer_with(&url, [("SMTP_TIMEOUT_SECONDS", "5")]);
        let workers = bench.work(&[QueueName::of::<SendEmail>()]);
        let ended = bench.reaches(job, state).await;
        workers.stop().await;
        assert_eq!(ended.history.len(), 1, "{said}");
        let mail = bench.store().find_mail(&job.to_string()).await;
        let mail = mail.expect("a database").expect("a mail");
        let answer = mail.answer.expect("an answer");
        assert!(answer.contains(said), "{answer}");
    }
}

/// Waits until a first attempt has failed, and returns how.
async fn first_attempt(bench: &Bench, job: dossier_common::id::JobId) -> AttemptRecord {
    eventually("an attempt was made", async || {
        let mut history = bench.job(job).await.history;
        (!history.is_empty()).then(|| history.remove(0))
    })
    .await
}

#[tokio::test]
async fn a_mail_server_that_falls_silent_costs_an_attempt_and_the_connection_no_more() {
    let logs = Logs::collect();
    let (mut bench, job) = bench(Behaviour::stall().only_for(CLIENT)).await;
    let limit = [("SMTP_TIMEOUT_SECONDS", "1")];
    bench.services.mailer = mailer_with(&bench.mail.smtp_url(), limit);
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    let failed = first_attempt(&bench, job).await;
    assert_eq!(failed.outcome, Outcome::Failed);
    let error = failed.error.expect("a reason");
    assert!(
        error.contains("did not say whether it took the mail within 1 s"),
        "{error}"
    );
    let told = logs.lines(&job.to_string());
    let warned = told.iter().find(|line| line.contains("WARN"));
    let warned = warned.expect("the failure is logged with the job's id");
    assert!(warned.contains(&error), "{warned}");

    // On the old connection the next mail would be part of this one.
    recover(&bench);
    bench.reaches(job, JobState::Done).await;
    workers.stop().await;
    let mails = bench.mail.mailbox().messages_to(CLIENT);
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].subject, "Please confirm your e-mail address");
}

#[tokio::test]
async fn a_job_that_runs_longer_than_its_queue_allows_has_failed_and_is_tried_again() {
    let logs = Logs::collect();
    let (mut bench, job) = bench(Behaviour::stall()).await;
    let limits = &mut bench.settings.time_limits;
    limits.insert(SendEmail::QUEUE, Duration::from_secs(1));
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    let failed = first_attempt(&bench, job).await;
    assert_eq!(failed.outcome, Outcome::TimedOut);
    let error = failed.error.expect("a reason");
    assert!(error.contains("longer than its time limit"), "{error}");
    assert!(
        logs.lines(&job.to_string())
            .iter()
            .any(|line| line.contains("WARN"))
    );
    recover(&bench);
    bench.reaches(job, JobState::Done).await;
    workers.stop().await;
    assert_eq!(bench.mail.mailbox().messages_to(CLIENT).len(), 1);
}

#[tokio::test]
async fn a_refusal_that_repeats_the_address_is_kept_and_logged_without_it() {
    let logs = Logs::collect();
    let refusal = Behaviour::reject(550).saying(format!("5.1.1 <{CLIENT}>: no such user"));
    let (bench, job) = bench(refusal).await;
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    let dead = bench.reaches(job, JobState::Dead).await;
    workers.stop().await;
    let error = dead.last_error.expect("a reason");
    assert!(
        error.contains("5.1.1") && !error.contains(CLIENT),
        "{error}"
    );
    assert_eq!(logs.count(CLIENT), 0);
}
