//! Inspecting stored documents again: what newer rules reject is withdrawn, and nothing else changes.

use std::time::Duration;

use dossier_common::file::{File, FileState};
use dossier_common::id::{BlobId, FileId, UserId};
use dossier_common::link::{Link, LinkState};
use dossier_common::queue::backend::Outcome;
use dossier_common::queue::{JobState, MintDownloadToken, QueueName, RevalidateUpload, SendEmail};
use dossier_common::revalidation::{Revalidation, RevalidationOutcome};
use dossier_worker::document::{Limits, Policy, RULES_VERSION};
use dossier_worker::inspection::Inspector;
use mongodb::bson::{doc, serialize_to_bson};

use crate::harness::clamd::{FakeClamd, antivirus};
use crate::harness::inspected::{AVAILABLE, MACROS, REPORT};
use crate::harness::{Bench, CLIENT};

async fn link(bench: &Bench, link: &Link) -> Link {
    let found = bench.store().find_link(link.id).await;
    found.expect("readable").expect("there")
}

/// How many mails were enqueued.
async fn mails(bench: &Bench) -> usize {
    bench.mails().await.len()
}

fn somebody(bench: &Bench) -> UserId {
    UserId::generate(&bench.entropy, bench.now())
}

/// A link with a token.
async fn ready_link(bench: &Bench, file: &File) -> Link {
    let (asked, job) = bench.link_to(file).await;
    bench.attempt::<MintDownloadToken>(job).await;
    let ready = link(bench, &asked).await;
    assert_eq!(ready.state, LinkState::Ready);
    ready
}

#[tokio::test]
async fn a_document_that_newer_rules_reject_loses_its_links_and_its_owner_is_told_once() {
    let bench = Bench::new().await;
    let owner = bench.user(CLIENT, Some("Ada")).await.id;
    let file = bench.file_with_verdict(owner, MACROS, AVAILABLE, 1).await;
    let other = bench.file_with_verdict(owner, REPORT, AVAILABLE, 1).await;
    let (ready, of_other) = (
        ready_link(&bench, &file).await,
        ready_link(&bench, &other).await,
    );
    let (waiting, minting) = bench.link_to(&file).await;
    bench.services.clock.advance(Duration::from_secs(60));

    assert!(bench.revalidated(file.id).await.is_empty(), "not skipped");
    let rejected = bench.find(file.id).await;
    assert_eq!((rejected.state, rejected.kind), (FileState::Rejected, None));
    let rejection = rejected.rejection.clone().expect("a reason");
    assert_eq!(rejection.code, "MACRO_ENABLED");
    assert!(rejection.detail.is_some(), "the part is named");
    assert_eq!(rejected.validated_at, Some(bench.now()));
    let inspection = rejected.inspection.as_ref().expect("the facts");
    assert_eq!(inspection.rules_version, RULES_VERSION);
    for revoked in [&ready, &waiting] {
        let revoked = link(&bench, revoked).await;
        assert_eq!((revoked.state, revoked.token), (LinkState::Revoked, None));
    }
    bench.attempt::<MintDownloadToken>(minting).await;
    assert_eq!(link(&bench, &waiting).await.state, LinkState::Revoked);
    assert_eq!(link(&bench, &of_other).await, of_other);

    // A second job, as after a crash, finds nothing to do.
    let said = bench.revalidated(file.id).await;
    assert_eq!(said, ["skipped: these rules were applied to it already"]);
    assert_eq!(bench.find(file.id).await, rejected);
    assert_eq!(mails(&bench).await, 1);
    bench.make_mails_due().await;
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    let mailbox = bench.mail.mailbox();
    let mail = mailbox.wait_for(crate::harness::PATIENCE, |_| true).await;
    workers.stop().await;
    let mail = mail.expect("it arrives");
    assert_eq!(mail.to, CLIENT);
    let text = mail.text.as_deref().expect("a text");
    let part = rejection.detail.expect("a part");
    for said in [MACROS.0, &rejection.code, &rejection.message, &part] {
        assert!(text.contains(said), "{said}: {text}");
    }
}

#[tokio::test]
async fn one_that_stays_good_gets_the_version_recorded_and_keeps_everything_else() {
    let bench = Bench::new().await;
    let file = bench
        .file_with_verdict(somebody(&bench), REPORT, AVAILABLE, 1)
        .await;
    let ready = ready_link(&bench, &file).await;
    bench.services.clock.advance(Duration::from_secs(60));
    assert!(bench.revalidated(file.id).await.is_empty(), "not skipped");
    let after = bench.find(file.id).await;
    let inspection = after.inspection.clone().expect("the facts");
    assert_eq!(inspection.rules_version, RULES_VERSION);
    let revalidation = Revalidation {
        rules_version: RULES_VERSION,
        outcome: RevalidationOutcome::Unchanged,
        at: bench.now(),
    };
    let expected = File {
        inspection: Some(inspection),
        revalidation: Some(revalidation),
        ..file
    };
    assert_eq!(after, expected);
    assert_eq!(link(&bench, &ready).await, ready);
    assert_eq!(mails(&bench).await, 0);
}

#[tokio::test]
async fn one_that_was_rejected_stays_so_whatever_newer_rules_say() {
    let bench = Bench::new().await;
    let owner = somebody(&bench);
    let acceptable = bench.file_with_verdict(owner, REPORT, Err("DDE"), 1).await;
    let still = bench.file_with_verdict(owner, MACROS, Err("DDE"), 1).await;
    for (file, outcome) in [
        (acceptable, RevalidationOutcome::Acceptable),
        (still, RevalidationOutcome::Unchanged),
    ] {
        assert!(bench.revalidated(file.id).await.is_empty(), "not skipped");
        let after = bench.find(file.id).await;
        let revalidation = after.revalidation.clone().expect("recorded");
        assert_eq!(revalidation.outcome, outcome);
        assert_eq!(after.judged_by(), RULES_VERSION);
        let expected = File {
            revalidation: Some(revalidation),
            ..file
        };
        assert_eq!(after, expected, "its uploader's reason stays");
    }
    assert_eq!(mails(&bench).await, 0);
}

#[tokio::test]
async fn what_is_gone_without_a_verdict_or_up_to_date_is_skipped() {
    let bench = Bench::new().await;
    let owner = somebody(&bench);
    let gone = FileId::generate(&bench.entropy, bench.now());
    assert_eq!(bench.revalidated(gone).await, ["skipped: it is gone"]);
    let received = bench.file(owner, REPORT.0, REPORT.1).await;
    let said = bench.revalidated(received.id).await;
    assert_eq!(said, ["skipped: it has no verdict yet"]);
    let current = bench
        .file_with_verdict(owner, MACROS, AVAILABLE, RULES_VERSION)
        .await;
    let said = bench.revalidated(current.id).await;
    assert_eq!(said, ["skipped: these rules were applied to it already"]);
    for file in [received, current] {
        assert_eq!(bench.find(file.id).await, file);
    }
}

#[tokio::test]
async fn bytes_that_cannot_be_read_are_tried_again_and_the_document_stays() {
    let bench = Bench::new().await;
    let file = bench
        .file_with_verdict(somebody(&bench), REPORT, AVAILABLE, 1)
        .await;
    let deleted = bench.store().delete_blob(file.blob_id).await;
    deleted.expect("they can be deleted");
    let job = RevalidateUpload {
        file_id: file.id,
        rules_version: RULES_VERSION,
    };
    let job = bench.enqueue(job).await;
    let job = bench.attempt::<RevalidateUpload>(job).await;
    assert_eq!(job.history[0].outcome, Outcome::Failed);
    assert!(job.finished_at.is_none(), "another attempt follows");
    assert_eq!(bench.find(file.id).await, file);
}

#[tokio::test]
async fn a_worker_with_older_rules_leaves_the_job_to_a_newer_one() {
    let bench = Bench::new().await;
    let file = bench
        .file_with_verdict(somebody(&bench), REPORT, AVAILABLE, 1)
        .await;
    let job = RevalidateUpload {
        file_id: file.id,
        rules_version: RULES_VERSION + 1,
    };
    let job = bench.enqueue(job).await;
    let job = bench.attempt::<RevalidateUpload>(job).await;
    assert_eq!((job.state, job.attempts), (JobState::Scheduled, 0));
    let error = job.last_error.expect("a reason");
    assert!(error.contains("it waits for a newer worker"), "{error}");
    assert_eq!(bench.find(file.id).await, file);
}

/// A bench whose inspections wait for the scanner's answer.
async fn bench_with(clamd: &FakeClamd) -> Bench {
    let mut bench = Bench::new().await;
    let inspector = Inspector::new(Limits::default(), Policy::standard());
    bench.services.inspector = inspector.with_antivirus(antivirus(&clamd.url));
    bench
}

#[tokio::test]
async fn a_document_that_is_deleted_or_replaced_meanwhile_is_skipped() {
    for replaced in [true, false] {
        let clamd = FakeClamd::start_closed("stream: Test FOUND", None).await;
        let bench = bench_with(&clamd).await;
        let file = bench
            .file_with_verdict(somebody(&bench), REPORT, AVAILABLE, 1)
            .await;
        let meanwhile = async {
            clamd.wait_until_asked(1).await;
            if replaced {
                let blob = BlobId::generate(&bench.entropy, bench.now());
                let files = bench.store().database().collection::<File>("files");
                let other = doc! { "$set": { "blob_id": blob } };
                let replaced = files.update_one(doc! { "_id": file.id }, other).await;
                assert_eq!(replaced.expect("it can be").modified_count, 1);
            } else {
                bench.remove(&file).await;
            }
            clamd.open();
        };
        let (said, ()) = tokio::join!(bench.revalidated(file.id), meanwhile);
        let why = if replaced {
            "it was changed meanwhile"
        } else {
            "it is gone"
        };
        assert_eq!(said, [format!("skipped: {why}")]);
        assert_eq!(mails(&bench).await, 0);
        if replaced {
            assert_eq!(bench.find(file.id).await.state, FileState::Available);
        }
    }
}

#[tokio::test]
async fn two_workers_at_one_document_reject_it_once() {
    let clamd = FakeClamd::start_closed("stream: Test FOUND", None).await;
    let bench = bench_with(&clamd).await;
    let owner = bench.user(CLIENT, None).await.id;
    let file = bench.file_with_verdict(owner, REPORT, AVAILABLE, 1).await;
    let mut jobs = Vec::new();
    for _ in 0..2 {
        let (file_id, rules_version) = (file.id, RULES_VERSION);
        let job = RevalidateUpload {
            file_id,
            rules_version,
        };
        jobs.push(bench.enqueue(job).await);
    }
    let workers = bench.work(&[QueueName::of::<RevalidateUpload>()]);
    clamd.wait_until_asked(2).await;
    clamd.open();
    let mut skipped = 0;
    for job in jobs {
        let job = bench.reaches(job, JobState::Done).await;
        skipped += job.log.len();
    }
    workers.stop().await;
    assert_eq!(skipped, 1, "one of them found nothing to do");
    let rejection = bench.find(file.id).await.rejection.expect("rejected");
    assert_eq!(rejection.code, "MALWARE");
    assert_eq!(mails(&bench).await, 1);
}

#[tokio::test]
async fn a_link_that_was_asked_for_in_the_moment_of_the_rejection_is_taken_back() {
    let bench = Bench::new().await;
    let file = bench
        .file_with_verdict(somebody(&bench), MACROS, AVAILABLE, 1)
        .await;
    // The worker died between the transaction, which did not see this link, and what follows it.
    let late = ready_link(&bench, &file).await;
    let revalidation = Revalidation {
        rules_version: RULES_VERSION,
        outcome: RevalidationOutcome::Rejected,
        at: bench.now(),
    };
    let revalidation = serialize_to_bson(&revalidation).expect("BSON");
    let rejected = doc! { "$set": { "state": "rejected", "revalidation": revalidation } };
    let files = bench.store().database().collection::<File>("files");
    let updated = files.update_one(doc! { "_id": file.id }, rejected).await;
    assert_eq!(updated.expect("it can be").modified_count, 1);
    bench.revalidated(file.id).await;
    assert_eq!(link(&bench, &late).await.state, LinkState::Revoked);
    assert_eq!(mails(&bench).await, 0, "that was in the transaction");
}
