//! An address is told once of a document, whatever fails meanwhile.

use std::collections::BTreeSet;
use std::time::Duration;

use dossier_common::file::File;
use dossier_common::notice::NoticeState;
use dossier_common::queue::{QueueName, QueueSettings, SendEmail};
use dossier_common::store::Store;
use dossier_common::store::mails::MailState;
use dossier_devstack::mail::Behaviour;

use super::{address, available, mean_for, notices, only_mail, ops, sent, state};
use crate::harness::{Bench, CLIENT, Program, eventually};

/// Has the recipients of a document told, as a change of its audience does.
async fn tell_again(bench: &Bench, file: &File) {
    let now = bench.now();
    let telling = bench.store().transaction("tell recipients", |tx| {
        let file = file.clone();
        Box::pin(async move { tx.tell_recipients(&file, now).await })
    });
    telling.await.expect("they can be told");
}

#[tokio::test]
async fn an_address_is_told_once_of_a_document_unless_it_came_to_nothing() {
    let bench = Bench::new().await;
    let owner = ops(&bench).await;
    bench.user(CLIENT, None).await;
    let to = [CLIENT, CLIENT];
    let file = available(&bench, &owner, "a.docx", &to).await;
    tell_again(&bench, &file).await;
    assert_eq!(sent(&bench, CLIENT).await.len(), 1);
    tell_again(&bench, &file).await;
    assert_eq!(sent(&bench, CLIENT).await.len(), 1);
    assert_eq!(bench.mails().await.len(), 1);

    let moved = available(&bench, &owner, "moved.docx", &[CLIENT]).await;
    mean_for(&bench, &moved, "bob@example.com").await;
    assert_eq!(sent(&bench, CLIENT).await.len(), 1);
    mean_for(&bench, &moved, CLIENT).await;
    bench.services.clock.advance(Duration::from_secs(1));
    tell_again(&bench, &moved).await;
    let mails = sent(&bench, CLIENT).await;
    assert_eq!(mails.len(), 2);
    assert_eq!(state(&bench, &moved).await, NoticeState::Sent);
}

#[tokio::test]
async fn a_mail_that_the_server_has_is_not_sent_again_and_counts_as_told() {
    let bench = Bench::new().await;
    let owner = ops(&bench).await;
    bench.user(CLIENT, None).await;
    let file = available(&bench, &owner, "a.docx", &[CLIENT]).await;
    // A worker that died after the server had the mail.
    let (job, id) = (only_mail(&bench).await, address(&bench, CLIENT).await.id);
    let (job, now) = (job.to_string(), bench.now());
    let store = bench.store();
    let taken = store.take_notices(id, &job).await.expect("they can be");
    assert_eq!(taken.len(), 1);
    let intended = store.intend_mail(&job, "documents-available", now).await;
    intended.expect("it can be recorded");
    let recording = store.record_mail(&job, MailState::HandedOver, Some("250 ok"), now);
    recording.await.expect("it can be recorded");
    assert!(sent(&bench, CLIENT).await.is_empty());
    assert_eq!(state(&bench, &file).await, NoticeState::Sent);
}

#[tokio::test]
async fn a_worker_that_is_killed_on_a_mail_leaves_its_documents_to_the_next() {
    let bench = Bench::new().await;
    let owner = ops(&bench).await;
    bench.user(CLIENT, None).await;
    let behave = |behaviour| bench.mail.behave(behaviour).expect("a server can be so");
    behave(Behaviour::stall());
    let first = available(&bench, &owner, "first.docx", &[CLIENT]).await;
    bench.make_mails_due().await;
    let worker = || {
        let program = Program::worker(bench.uri(), &bench.mail.smtp_url());
        program.variable("QUEUE_LEASE_SECONDS", "1")
    };
    let killed = worker().start().await;
    eventually("a worker has begun the mail", async || {
        let notice = notices(&bench, &first).await.remove(0);
        notice.job_id.is_some().then_some(())
    })
    .await;
    killed.kill().await;
    let second = available(&bench, &owner, "second.docx", &[CLIENT]).await;
    behave(Behaviour::ok());
    bench.make_mails_due().await;
    let next = worker().start().await;
    for file in [&first, &second] {
        eventually("it is told", async || {
            (state(&bench, file).await == NoticeState::Sent).then_some(())
        })
        .await;
    }
    let (code, log) = next.stop().await;
    assert_eq!(code, 0, "{log}");
    // One that may have been taken is sent again under the same id.
    let mails = bench.mail.mailbox().messages_to(CLIENT);
    for file in [&first, &second] {
        let of_file = mails.iter().filter(|mail| {
            let text = mail.text.as_deref().unwrap_or_default();
            text.contains(file.name.as_str())
        });
        let ids: BTreeSet<_> = of_file.map(|mail| mail.header("Message-ID")).collect();
        assert_eq!(ids.len(), 1, "{ids:?}");
    }
    assert!(!log.contains(CLIENT), "people are masked: {log}");
}

#[tokio::test]
async fn what_comes_while_a_mail_is_tried_again_is_told_in_the_next() {
    let bench = Bench::new().await;
    let owner = ops(&bench).await;
    bench.user(CLIENT, None).await;
    let behave = |behaviour| bench.mail.behave(behaviour).expect("a server can be so");
    behave(Behaviour::reject(451));
    available(&bench, &owner, "first.docx", &[CLIENT]).await;
    let job = only_mail(&bench).await;
    bench.make_mails_due().await;
    let failed = bench.attempt::<SendEmail>(job).await;
    assert!(!failed.state.is_final(), "{failed:?}");
    available(&bench, &owner, "second.docx", &[CLIENT]).await;
    behave(Behaviour::ok());
    let mails = sent(&bench, CLIENT).await;
    assert_eq!(mails.len(), 2);
    let texts: String = mails.iter().filter_map(|it| it.text.clone()).collect();
    for name in ["first.docx", "second.docx"] {
        assert_eq!(texts.matches(name).count(), 1, "{texts}");
    }
}

#[tokio::test]
async fn no_document_is_lost_or_told_twice_while_mails_are_sent() {
    const AT_ONCE: usize = 3;
    const EACH: usize = 6;
    let mut bench = Bench::new().await;
    let settings = QueueSettings {
        notice_delay: Duration::ZERO,
        ..bench.settings.clone()
    };
    let store = Store::connect(bench.uri(), "tests", &settings).await;
    bench.services.store = store.expect("the database can be reached");
    let owner = ops(&bench).await;
    bench.user(CLIENT, None).await;
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    let uploads = (0..AT_ONCE).map(|line| {
        let (bench, owner) = (&bench, &owner);
        async move {
            let mut files = Vec::new();
            for number in 0..EACH {
                let name = format!("document-{line}-{number}.docx");
                files.push(available(bench, owner, &name, &[CLIENT]).await);
            }
            files
        }
    });
    let files: Vec<File> = futures_util::future::join_all(uploads)
        .await
        .into_iter()
        .flatten()
        .collect();
    for file in &files {
        eventually("it is told", async || {
            (state(&bench, file).await == NoticeState::Sent).then_some(())
        })
        .await;
    }
    workers.stop().await;
    let mails = bench.mail.mailbox().messages_to(CLIENT);
    let texts: String = mails.iter().filter_map(|it| it.text.clone()).collect();
    assert_eq!(files.len(), AT_ONCE * EACH);
    for file in &files {
        assert_eq!(texts.matches(file.name.as_str()).count(), 1, "{texts}");
    }
}
