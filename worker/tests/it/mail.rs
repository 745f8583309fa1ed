//! Mails: what they say, and when none is sent.

use std::time::Duration;

use dossier_common::file::DocumentKind;
use dossier_common::id::{FileId, UserId};
use dossier_common::queue::{JobState, QueueName, SendEmail};
use dossier_common::token::VerifyEmailClaims;

use crate::harness::{Bench, CLIENT, PATIENCE, PUBLIC_URL};

#[tokio::test]
async fn a_verification_mail_carries_the_token_in_both_forms_and_what_the_standards_ask() {
    let bench = Bench::new().await;
    let user = bench.user(Some("Ada 👩‍💻 <b>L</b>")).await;
    let (verification, job) = bench.ask_for_verification(&user).await;
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    let mail = bench.mail.mailbox().wait_for(PATIENCE, |_| true).await;
    let mail = mail.expect("a mail arrives");
    bench.reaches(job, JobState::Done).await;
    workers.stop().await;

    assert_eq!(
        (&*mail.to, &*mail.from),
        (CLIENT, "no-reply@dossier.example.com")
    );
    assert_eq!(mail.subject, "Please confirm your e-mail address");
    let header = |name| mail.header(name).unwrap_or_default().to_owned();
    assert_eq!(header("Message-ID"), format!("<{job}@dossier.example.com>"));
    assert_eq!(header("Auto-Submitted"), "auto-generated");
    assert!(
        header("Date").contains("01 Jan 2100 00:00:00"),
        "{}",
        header("Date")
    );
    assert!(header("From").contains("Dossier"), "{}", header("From"));

    let (text, html) = (mail.text.as_deref(), mail.html.as_deref());
    let (text, html) = (text.expect("a text"), html.expect("HTML"));
    let (_, rest) = text
        .split_once(&format!("{PUBLIC_URL}/verify-email/"))
        .expect("a link");
    let token = rest.split_whitespace().next().expect("a token");
    assert!(
        html.contains(&format!("{PUBLIC_URL}/verify-email/{token}")),
        "{html}"
    );
    assert!(
        text.contains("Ada 👩‍💻 <b>L</b>") && html.contains("&lt;b&gt;L&lt;"),
        "{html}"
    );
    for tracker in ["<img", "http://", "<script"] {
        assert!(!html.contains(tracker), "{html}");
    }
    let opened: VerifyEmailClaims = bench
        .services
        .token_keys
        .open(token, bench.now())
        .expect("the token opens");
    assert_eq!(opened.verification_id, verification.id);
    assert_eq!(opened.user_id, user.id);
    let expires_at = verification.expires_at.timestamp_millis() / 1000;
    assert_eq!(i64::try_from(opened.expires_at), Ok(expires_at));
}

#[tokio::test]
async fn whoever_has_an_account_is_told_so_without_a_token() {
    let bench = Bench::new().await;
    let user = bench.user(None).await;
    let job = bench
        .enqueue(SendEmail::AccountExists { user_id: user.id })
        .await;
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    bench.reaches(job, JobState::Done).await;
    workers.stop().await;
    let mails = bench.mail.mailbox().messages_to(CLIENT);
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].subject, "You already have an account");
    let text = mails[0].text.as_deref().expect("a text");
    assert!(text.starts_with("Hello,"), "{text}");
    assert!(
        !text.contains("verify-email") && !text.contains("gAAAA"),
        "{text}"
    );
    assert!(mails[0].html.is_some());
}

#[tokio::test]
async fn a_mail_that_has_become_pointless_is_not_sent() {
    let bench = Bench::new().await;
    let user = bench.user(None).await;
    let (_, superseded) = bench.ask_for_verification(&user).await;
    let (used, used_job) = bench.ask_for_verification(&user).await;
    let now = bench.now();
    let using = bench.store().transaction("use", |tx| {
        Box::pin(async move { tx.use_verification(used.id, user.id, now).await })
    });
    assert!(using.await.expect("it can be used"));
    let (_, expired) = bench.ask_for_verification(&user).await;
    bench
        .services
        .clock
        .advance(Duration::from_secs(24 * 60 * 60));
    let nobody = UserId::generate(&bench.entropy, bench.now());
    let gone = bench
        .enqueue(SendEmail::AccountExists { user_id: nobody })
        .await;
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    for job in [superseded, used_job, expired, gone] {
        let done = bench.reaches(job, JobState::Done).await;
        assert_eq!(done.attempts, 1);
    }
    workers.stop().await;
    assert!(bench.mail.mailbox().messages().is_empty());
}

#[tokio::test]
async fn whose_document_was_rejected_later_is_told_which_why_and_what_to_do() {
    let bench = Bench::new().await;
    let (user_id, document) = (bench.user(Some("Ada")).await.id, ("<b>.docx", &b"x"[..]));
    let file = bench.judged(user_id, document, Err("DDE"), 1).await;
    let file_id = file.id;
    let job = bench
        .enqueue(SendEmail::DocumentRejected { user_id, file_id })
        .await;
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    bench.reaches(job, JobState::Done).await;
    workers.stop().await;
    let mails = bench.mail.mailbox().messages_to(CLIENT);
    assert_eq!(mails.len(), 1);
    assert_eq!(
        mails[0].subject,
        "Your document can no longer be downloaded"
    );
    let (text, html) = (mails[0].text.as_deref(), mails[0].html.as_deref());
    let (text, html) = (text.expect("a text"), html.expect("HTML"));
    for part in [
        "Hello Ada,",
        "<b>.docx",
        "DDE",
        "An older sentence.",
        "upload it again",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(html.contains("&lt;b&gt;.docx"), "{html}");
}

#[tokio::test]
async fn nobody_is_told_of_a_rejection_that_is_gone() {
    let bench = Bench::new().await;
    let (user_id, document) = (bench.user(None).await.id, ("a.docx", &b"x"[..]));
    let available = bench
        .judged(user_id, document, Ok(DocumentKind::Docx), 1)
        .await;
    let gone = FileId::generate(&bench.entropy, bench.now());
    for file_id in [available.id, gone] {
        let email = SendEmail::DocumentRejected { user_id, file_id };
        let job = bench.enqueue(email).await;
        let sent = bench.attempt::<SendEmail>(job).await;
        assert_eq!(sent.state, JobState::Done);
    }
    assert!(bench.mail.mailbox().messages().is_empty());
}
