//! The ledger of mails: none is lost between two writes, and none goes out twice unasked.

use dossier_common::id::JobId;
use dossier_common::queue::{JobState, QueueName, SendEmail};
use dossier_common::store::mails::{Mail, MailState};
use dossier_devstack::mail::Behaviour;

use crate::harness::{Bench, CLIENT, Program, eventually, mailer_with};

async fn entry(bench: &Bench, job: JobId) -> Mail {
    let found = bench.store().find_mail(&job.to_string()).await;
    found.expect("readable").expect("it is there")
}

/// A worker that died on the mail of a sign-up.
async fn died_on_it(bench: &Bench) -> JobId {
    let (_, job) = bench.sign_up(None).await;
    let (store, id) = (bench.store(), job.to_string());
    let intended = store.intend_mail(&id, "sign-up", bench.now());
    intended.await.expect("it can be recorded");
    job
}

fn count(bench: &Bench) -> usize {
    bench.mail.mailbox().messages_to(CLIENT).len()
}

#[tokio::test]
async fn a_mail_that_was_sent_stands_there_with_the_servers_answer() {
    let bench = Bench::new().await;
    let (_, job) = bench.sign_up(None).await;
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    bench.reaches(job, JobState::Done).await;
    workers.stop().await;
    let mail = entry(&bench, job).await;
    assert_eq!((mail.state, &*mail.kind), (MailState::Settled, "sign-up"));
    let answer = mail.answer.expect("an answer");
    assert!(answer.starts_with("250 "), "{answer}");
}

#[tokio::test]
async fn a_mail_that_the_server_has_is_not_handed_over_again() {
    let bench = Bench::new().await;
    let job = died_on_it(&bench).await;
    let (id, now) = (job.to_string(), bench.now());
    let store = bench.store();
    let taken = store.record_mail(&id, MailState::HandedOver, Some("250 ok"), now);
    taken.await.expect("it can be recorded");
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    bench.reaches(job, JobState::Done).await;
    workers.stop().await;
    assert_eq!(count(&bench), 0);
    let mail = entry(&bench, job).await;
    assert_eq!(mail.state, MailState::Settled);
    assert_eq!(mail.answer.as_deref(), Some("250 ok"));
}

#[tokio::test]
async fn a_mail_that_may_have_been_sent_waits_for_an_operator_where_that_is_asked_for() {
    let mut bench = Bench::new().await;
    let hold = [("MAIL_DUPLICATES", "hold")];
    bench.services.mailer = mailer_with(&bench.mail.smtp_url(), hold);
    let job = died_on_it(&bench).await;
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    let dead = bench.reaches(job, JobState::Dead).await;
    let error = dead.last_error.expect("a reason");
    assert!(error.starts_with("maybe_sent"), "{error}");
    assert_eq!((dead.attempts, count(&bench)), (1, 0));
    assert_eq!(entry(&bench, job).await.state, MailState::Held);

    bench.retry(job).await;
    bench.reaches(job, JobState::Done).await;
    workers.stop().await;
    assert_eq!(count(&bench), 1);
}

#[tokio::test]
async fn a_mail_that_may_have_been_sent_is_sent_at_the_first_retry_of_its_ended_job() {
    let mut bench = Bench::new().await;
    let hold = [("MAIL_DUPLICATES", "hold")];
    bench.services.mailer = mailer_with(&bench.mail.smtp_url(), hold);
    let behave = |behaviour| bench.mail.behave(behaviour).expect("a server can be so");
    behave(Behaviour::reject(550));
    let (_, job) = bench.sign_up(None).await;
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    bench.reaches(job, JobState::Dead).await;
    let (store, id) = (bench.store(), job.to_string());
    let intended = store.intend_mail(&id, "sign-up", bench.now());
    intended.await.expect("it can be recorded");
    behave(Behaviour::ok());

    bench.retry(job).await;
    let done = bench.reaches(job, JobState::Done).await;
    workers.stop().await;
    let says_so = done.log.iter().any(|it| it.line.starts_with("maybe_sent"));
    assert!(says_so, "{:?}", done.log);
    assert_eq!(count(&bench), 1);
}

#[tokio::test]
async fn a_server_that_says_nothing_of_a_mail_may_have_it() {
    let mut bench = Bench::new().await;
    let limit = [("SMTP_TIMEOUT_SECONDS", "1")];
    bench.services.mailer = mailer_with(&bench.mail.smtp_url(), limit);
    let behave = |behaviour| bench.mail.behave(behaviour).expect("a server can be so");
    behave(Behaviour::stall());
    let (_, job) = bench.sign_up(None).await;
    let failed = bench.attempt::<SendEmail>(job).await;
    assert!(failed.last_error.is_some());
    let unanswered = eventually("the mail is unanswered", async || {
        let mail = entry(&bench, job).await;
        mail.may_be_taken().then_some(mail)
    });
    unanswered.await;
    behave(Behaviour::ok());
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    let done = bench.reaches(job, JobState::Done).await;
    workers.stop().await;
    let says_so = done.log.iter().any(|it| it.line.starts_with("maybe_sent"));
    assert!(says_so, "{:?}", done.log);
}

#[tokio::test]
async fn a_mail_that_was_refused_was_not_taken_and_is_sent_without_more_ado() {
    let mut bench = Bench::new().await;
    let hold = [("MAIL_DUPLICATES", "hold")];
    bench.services.mailer = mailer_with(&bench.mail.smtp_url(), hold);
    let behave = |behaviour| bench.mail.behave(behaviour).expect("a server can be so");
    behave(Behaviour::reject(550));
    let (_, job) = bench.sign_up(None).await;
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    bench.reaches(job, JobState::Dead).await;
    let mail = entry(&bench, job).await;
    assert_eq!(mail.state, MailState::NotTaken);
    assert!(mail.answer.is_some_and(|answer| answer.contains("5.1.1")));
    behave(Behaviour::ok());
    bench.retry(job).await;
    let done = bench.reaches(job, JobState::Done).await;
    workers.stop().await;
    assert_eq!((done.log.len(), count(&bench)), (0, 1));
}

/// What `dossier-worker mail taken` says about a log with these lines.
async fn taken(bench: &Bench, lines: &str, more: &[&str]) -> String {
    let log = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(log.path(), lines).expect("it can be written");
    let path = log.path().to_str().expect("text");
    let mut arguments = vec!["mail", "taken", path];
    arguments.extend(more);
    let program = Program::bare(&arguments).variable("MONGODB_URI", bench.uri());
    let (code, said) = program.run().await;
    assert_eq!(code, i32::from(said.contains("no Message-ID")), "{said}");
    said
}

#[tokio::test]
async fn a_mail_that_the_servers_log_has_is_not_sent_and_counts_as_sent() {
    let bench = Bench::new().await;
    let (in_the_log, job) = bench.sign_up(None).await;
    let (_, other) = bench.sign_up(None).await;
    let lines = format!("cleanup: message-id=<{job}@dossier.example>\nworker: {other} failed\n");
    let said = taken(&bench, &lines, &["--dry-run"]).await;
    assert!(said.starts_with(&format!("{job}  sign-up\n1 ")), "{said}");
    let known = bench.store().find_mail(&job.to_string()).await;
    assert_eq!(known.expect("readable"), None);
    let said = taken(&bench, "worker: started\n", &[]).await;
    assert!(
        said.contains("no Message-ID of a mail of Dossier"),
        "{said}"
    );
    for expected in ["1 mail(s) are recorded as sent", "nothing to record"] {
        let said = taken(&bench, &lines, &[]).await;
        assert!(said.contains(expected), "{said}");
    }

    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    for job in [job, other] {
        bench.reaches(job, JobState::Done).await;
    }
    workers.stop().await;
    assert_eq!(count(&bench), 1);
    assert_eq!(entry(&bench, job).await.state, MailState::Settled);
    let sign_up = bench.store().find_sign_up(in_the_log.id, bench.now());
    let sign_up = sign_up.await.expect("readable").expect("it is there");
    assert_eq!(sign_up.mail_due_at, None, "its link counts from now");
}

#[tokio::test]
async fn a_mail_that_waits_for_an_operator_ends_without_being_sent_where_the_log_has_it() {
    let mut bench = Bench::new().await;
    let hold = [("MAIL_DUPLICATES", "hold")];
    bench.services.mailer = mailer_with(&bench.mail.smtp_url(), hold);
    let job = died_on_it(&bench).await;
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    bench.reaches(job, JobState::Dead).await;
    let lines = format!("cleanup: message-id=<{job}@dossier.example>\n");
    let said = taken(&bench, &lines, &[]).await;
    assert!(said.contains("1 mail(s) are recorded as sent"), "{said}");
    bench.retry(job).await;
    bench.reaches(job, JobState::Done).await;
    workers.stop().await;
    assert_eq!(count(&bench), 0);
}
