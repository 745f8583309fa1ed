//! Owners are told of all that was rejected together in one mail, whatever becomes of the workers.

use std::time::Duration;

use dossier_common::file::{File, FileState};
use dossier_common::id::UserId;
use dossier_common::link::LinkState;
use dossier_common::queue::backend::JobFilter;
use dossier_common::queue::{Job, JobState, QueueName, RevalidateUpload, SendEmail};
use dossier_worker::document::RULES_VERSION;

use crate::harness::inspected::{AVAILABLE, MACROS, REPORT};
use crate::harness::{Bench, CLIENT, PATIENCE, Program, eventually};
use dossier_devstack::testing::eventually_within;

/// A document that the current rules reject, under a name of its own.
async fn bad(bench: &Bench, owner: UserId, number: usize) -> File {
    let name = format!("bad-{number:03}.docx");
    let document = (&*name, MACROS.1);
    bench.file_with_verdict(owner, document, AVAILABLE, 1).await
}

/// The subject and the text of each mail that is sent once `count` are.
async fn sent(bench: &Bench, count: usize) -> Vec<(String, String)> {
    bench.make_mails_due().await;
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    eventually("all mails are sent", async || {
        let mails = bench.mails().await;
        let done = mails.iter().filter(|job| job.state == JobState::Done);
        (done.count() == count).then_some(())
    })
    .await;
    workers.stop().await;
    let messages = bench.mail.mailbox().messages();
    let texts = messages.into_iter().map(|mail| {
        let text = mail.text.clone().expect("a text");
        (mail.subject.clone(), text)
    });
    texts.collect()
}

#[tokio::test]
async fn documents_that_are_rejected_together_are_told_in_one_mail() {
    let bench = Bench::new().await;
    let owner = bench.user(CLIENT, Some("Ada")).await.id;
    let mut files = Vec::new();
    for number in 0..3 {
        files.push(bad(&bench, owner, number).await);
    }
    for file in &files {
        bench.revalidated(file.id).await;
        bench.services.clock.advance(Duration::from_secs(60));
    }
    assert_eq!(bench.mails().await.len(), 1);
    bench.services.clock.advance(Duration::from_secs(15 * 60));
    let later = bad(&bench, owner, 3).await;
    bench.revalidated(later.id).await;
    let gone = bad(&bench, owner, 4).await;
    bench.revalidated(gone.id).await;
    bench.remove(&gone).await;

    let mut mails = sent(&bench, 2).await;
    mails.sort();
    let [(several, first), (one, second)] = &mails[..] else {
        panic!("two mails: {mails:?}");
    };
    assert_eq!(several, "Documents of yours can no longer be downloaded");
    assert_eq!(one, "Your document can no longer be downloaded");
    for file in &files {
        let name = file.name.as_str();
        assert!(first.contains(name) && !second.contains(name), "{mails:?}");
    }
    assert_eq!(first.matches("MACRO_ENABLED").count(), 3, "{first}");
    assert!(first.contains("Hello Ada,"), "{first}");
    assert!(!first.contains("more than these"), "{first}");
    let name = later.name.as_str();
    assert!(second.contains(name) && !first.contains(name), "{mails:?}");
    assert!(!second.contains(gone.name.as_str()), "{second}");
}

#[tokio::test]
async fn a_mail_that_would_be_too_long_says_that_there_are_more() {
    let bench = Bench::new().await;
    let owner = bench.user(CLIENT, None).await.id;
    let mut files = Vec::new();
    for number in 0..101 {
        files.push(bad(&bench, owner, number).await);
    }
    enqueue(&bench, &files).await;
    let workers = bench.work(&[QueueName::of::<RevalidateUpload>()]);
    all_done(&bench, 101).await;
    workers.stop().await;
    let mails = sent(&bench, 1).await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].1.matches("MACRO_ENABLED").count(), 100);
    assert!(mails[0].1.contains("There are more than these"));
}

#[tokio::test]
async fn a_worker_that_is_killed_in_the_middle_loses_nothing_and_nobody_is_told_twice() {
    const BAD: usize = 90;
    const GOOD: usize = 30;
    let bench = Bench::new().await;
    let owner = bench.user(CLIENT, Some("Ada")).await.id;
    let (mut turned, mut links) = (Vec::new(), Vec::new());
    for number in 0..BAD {
        let file = bad(&bench, owner, number).await;
        links.push(bench.link_to(&file).await.0);
        turned.push(file);
    }
    let mut good = Vec::new();
    for _ in 0..GOOD {
        good.push(bench.file_with_verdict(owner, REPORT, AVAILABLE, 1).await);
    }
    enqueue(&bench, turned.iter().chain(&good)).await;
    let worker = || {
        Program::worker(bench.uri(), &bench.mail.smtp_url())
            .variable("WORKER_QUEUES", RevalidateUpload::QUEUE)
            .variable("QUEUE_LEASE_SECONDS", "2")
    };
    // One at a time, so that it is killed between two transactions most of the time.
    let killed = worker().variable("WORKER_CONCURRENCY", "1");
    let killed = killed.start_until("again: Rejected").await;
    killed.kill().await;
    let left = BAD + GOOD - done(&bench).await;
    assert!(left > 0, "it was killed in the middle");

    // Nobody reads its log meanwhile.
    let second = worker().variable(
        "RUST_LOG",
        "info,dossier_worker::jobs=warn,dossier_worker::inspection=warn",
    );
    let second = second.start().await;
    all_done(&bench, BAD + GOOD).await;
    let (code, log) = second.stop().await;
    assert_eq!(code, 0, "{log}");
    for (file, link) in turned.iter().zip(&links) {
        let file = bench.find(file.id).await;
        assert_eq!(file.state, FileState::Rejected);
        assert_eq!(file.judged_by(), RULES_VERSION);
        let link = bench.store().find_link(link.id).await.expect("readable");
        assert_eq!(link.expect("there").state, LinkState::Revoked);
    }
    for file in &good {
        let file = bench.find(file.id).await;
        assert_eq!(file.state, FileState::Available);
        assert_eq!(file.judged_by(), RULES_VERSION);
    }
    // Two, where a quarter of an hour ended meanwhile.
    let mails = bench.mails().await.len();
    assert!((1..=2).contains(&mails), "{mails} mails");
    let texts: Vec<_> = sent(&bench, mails).await;
    let texts: String = texts.into_iter().map(|(_, text)| text).collect();
    for file in &turned {
        assert_eq!(texts.matches(file.name.as_str()).count(), 1, "{texts}");
    }
}

/// Enqueues the inspection of each of `files`.
async fn enqueue<'f>(bench: &Bench, files: impl IntoIterator<Item = &'f File>) {
    let jobs = files.into_iter().map(|file| {
        let job = RevalidateUpload {
            file_id: file.id,
            rules_version: RULES_VERSION,
        };
        job.job_in(Duration::ZERO)
    });
    let enqueued = bench.store().enqueue_revalidations(jobs.collect()).await;
    enqueued.expect("they can be");
}

/// How many inspections are over.
async fn done(bench: &Bench) -> usize {
    let filter = JobFilter::queue(RevalidateUpload::QUEUE).state(JobState::Done);
    let operator = bench.store().queue_operator();
    let page = operator.list_jobs(&filter, None, 200).await;
    page.expect("they can be listed").items.len()
}

async fn all_done(bench: &Bench, count: usize) {
    // A transaction of a client that is gone keeps its documents locked for up to 90 s.
    eventually_within(6 * PATIENCE, "all are inspected again", async || {
        (done(bench).await == count).then_some(())
    })
    .await;
}
