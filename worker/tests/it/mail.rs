//! Mails: what they say, and when none is sent.

use std::sync::Arc;
use std::time::Duration;

use dossier_common::file::DocumentKind;
use dossier_common::id::{FileId, UserId};
use dossier_common::queue::backend::Outcome;
use dossier_common::queue::{JobState, QueueName, SendEmail};
use dossier_common::sign_up::{SIGN_UP_TTL, UNSENT_TTL};
use dossier_common::token::VerifyEmailClaims;
use dossier_common::user::User;
use dossier_devstack::mail::Message;

use crate::harness::{Bench, CLIENT, PATIENCE, PUBLIC_URL};

/// What somebody who signs up may write as a name to have it read by the owner of an address.
const NAME: &str = "Ada 👩‍💻 <b>L</b>";

/// Has a mail sent; what the client has received then.
async fn sent(bench: &Bench, email: SendEmail) -> Vec<Arc<Message>> {
    let job = bench.enqueue(email).await;
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    bench.reaches(job, JobState::Done).await;
    workers.stop().await;
    bench.mail.mailbox().messages_to(CLIENT)
}

#[tokio::test]
async fn the_mail_of_a_sign_up_carries_the_token_in_both_forms_and_what_the_standards_ask() {
    let bench = Bench::new().await;
    let (sign_up, job) = bench.sign_up(Some(NAME)).await;
    bench.services.clock.advance(Duration::from_secs(60));
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
        header("Date").contains("01 Jan 2100 00:01:00"),
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
    for tracker in ["<img", "http://", "<script"] {
        assert!(!html.contains(tracker), "{html}");
    }
    let opened: VerifyEmailClaims = bench
        .services
        .token_keys
        .open(token, bench.now())
        .expect("the token opens");
    assert_eq!(opened.sign_up_id, sign_up.id);
    let stored = bench.store().find_sign_up(sign_up.id, bench.now()).await;
    let stored = stored.expect("readable").expect("it waits");
    assert_eq!(stored.mail_due_at, None);
    let expires_at = bench.now().saturating_add_duration(SIGN_UP_TTL);
    assert_eq!(stored.expires_at, expires_at, "from when the mail was sent");
    assert_eq!(
        i64::try_from(opened.expires_at),
        Ok(expires_at.timestamp_millis() / 1000)
    );
}

#[tokio::test]
async fn the_name_of_a_sign_up_is_in_no_mail_to_an_address_that_is_not_proven() {
    let bench = Bench::new().await;
    let (_, job) = bench.sign_up(Some(NAME)).await;
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    bench.reaches(job, JobState::Done).await;
    workers.stop().await;
    let mail = bench.mail.mailbox().messages_to(CLIENT).remove(0);
    let to = mail.header("To").unwrap_or_default();
    assert_eq!(to.trim_matches(['<', '>']), CLIENT);
    for form in [&mail.text, &mail.html] {
        let form = form.as_deref().expect("a text");
        assert!(form.contains("Hello,") && !form.contains("Ada"), "{form}");
    }
}

#[tokio::test]
async fn whoever_has_an_account_is_told_so_without_a_token() {
    let bench = Bench::new().await;
    let user = bench.user(CLIENT, Some(NAME)).await;
    let (_, of_sign_up) = bench.sign_up(Some("Eve")).await;
    let of_the_release_before = bench
        .enqueue(SendEmail::AccountExists { user_id: user.id })
        .await;
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    for job in [of_sign_up, of_the_release_before] {
        bench.reaches(job, JobState::Done).await;
    }
    workers.stop().await;
    let mails = bench.mail.mailbox().messages_to(CLIENT);
    assert_eq!(mails.len(), 2);
    for mail in mails {
        assert_eq!(mail.subject, "You already have an account");
        let text = mail.text.as_deref().expect("a text");
        assert!(text.starts_with(&format!("Hello {NAME},")), "{text}");
        assert!(
            !text.contains("verify-email") && !text.contains("gAAAA"),
            "{text}"
        );
        let html = mail.html.as_deref().expect("HTML");
        assert!(html.contains("&lt;b&gt;L&lt;"), "{html}");
        assert!(!text.contains("Eve") && !html.contains("Eve"));
    }
}

#[tokio::test]
async fn a_mail_that_has_become_pointless_is_not_sent() {
    let bench = Bench::new().await;
    let (confirmed, confirmed_job) = bench.sign_up(None).await;
    let (_, ended) = bench.sign_up(None).await;
    let bob = bench.user("bob@example.com", None).await;
    let now = bench.now();
    let ada = User {
        id: UserId::generate(&bench.entropy, now),
        email: confirmed.email.clone(),
        email_key: confirmed.email_key.clone(),
        ..bob
    };
    let confirming = bench.store().transaction("confirm", |tx| {
        let ada = ada.clone();
        Box::pin(async move { tx.confirm_sign_up(confirmed.id, &ada, now).await })
    });
    assert!(confirming.await.expect("it can be confirmed"));
    let (_, expired) = bench.sign_up(None).await;
    bench.services.clock.advance(UNSENT_TTL);
    let nobody = UserId::generate(&bench.entropy, bench.now());
    let gone = bench
        .enqueue(SendEmail::AccountExists { user_id: nobody })
        .await;
    let of_the_release_before = bench.enqueue(SendEmail::Verify {}).await;
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    for job in [confirmed_job, ended, expired, gone, of_the_release_before] {
        let done = bench.reaches(job, JobState::Done).await;
        assert_eq!(done.attempts, 1);
        assert_eq!(done.history[0].outcome, Outcome::Skipped);
        let why = done.last_error.expect("a reason");
        assert!(why.starts_with("skipped: "), "{why}");
    }
    workers.stop().await;
    assert!(bench.mail.mailbox().messages().is_empty());
}

#[tokio::test]
async fn whose_document_was_rejected_later_is_told_which_why_and_what_to_do() {
    let bench = Bench::new().await;
    let (user_id, document) = (
        bench.user(CLIENT, Some("Ada")).await.id,
        ("<b>.docx", &b"x"[..]),
    );
    let file = bench
        .file_with_verdict(user_id, document, Err("DDE"), 1)
        .await;
    let file_id = file.id;
    let mails = sent(&bench, SendEmail::DocumentRejected { user_id, file_id }).await;
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
    let (user_id, document) = (bench.user(CLIENT, None).await.id, ("a.docx", &b"x"[..]));
    let available = bench
        .file_with_verdict(user_id, document, Ok(DocumentKind::Docx), 1)
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
