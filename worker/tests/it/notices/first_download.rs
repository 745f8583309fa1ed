//! The owner of a document is told of its first download.

use dossier_common::queue::backend::Outcome;
use mongodb::bson::{Document, doc};

use super::{ops, received, sent};
use crate::harness::{Bench, CLIENT, Program};

#[tokio::test]
async fn the_owner_is_told_once_of_the_first_download() {
    let bench = Bench::new().await;
    let owner = ops(&bench).await;
    let ada = bench.user(CLIENT, None).await;
    let bob = bench.user("bob@example.com", None).await;
    let file = received(&bench, &owner, "a.docx", &[CLIENT]).await;
    let (id, now) = (file.id, bench.now());
    let waiting = bench.store().transaction("wait for it", |tx| {
        Box::pin(async move { tx.await_first_download(id, true, now).await })
    });
    waiting.await.expect("it can be");
    for user in [&ada, &bob, &ada] {
        let recording = bench
            .store()
            .record_first_download(&file, user.id, bench.job_id(), now);
        recording.await.expect("it can be recorded");
    }
    let mails = sent(&bench, "grace@example.com").await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].subject, "Your document was downloaded");
    let text = mails[0].text.as_deref().expect("a text");
    assert!(text.contains("a.docx") && text.contains(CLIENT), "{text}");
    assert_eq!(mails[0].header("List-Unsubscribe"), None);
    let program = Program::bare(&["explain", "grace@example.com"]);
    let program = program.variable("MONGODB_URI", bench.uri());
    let (code, told) = program.run().await;
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("first-download (job_"), "{told}");
}

#[tokio::test]
async fn a_disabled_owner_is_told_of_no_download() {
    let bench = Bench::new().await;
    let owner = ops(&bench).await;
    let ada = bench.user(CLIENT, None).await;
    let file = received(&bench, &owner, "a.docx", &[CLIENT]).await;
    let (id, now) = (file.id, bench.now());
    let waiting = bench.store().transaction("wait for it", |tx| {
        Box::pin(async move { tx.await_first_download(id, true, now).await })
    });
    waiting.await.expect("it can be");
    let (store, job) = (bench.store(), bench.job_id());
    let recording = store.record_first_download(&file, ada.id, job, now);
    recording.await.expect("it can be recorded");
    let users = store.database().collection::<Document>("users");
    let disabled = doc! { "$set": { "disabled_at": now } };
    let changed = users.update_one(doc! { "_id": owner.id }, disabled).await;
    assert_eq!(changed.expect("it can be").modified_count, 1);
    assert!(sent(&bench, "grace@example.com").await.is_empty());
    let done = bench.job(job).await;
    assert_eq!(done.history[0].outcome, Outcome::Skipped);
}
