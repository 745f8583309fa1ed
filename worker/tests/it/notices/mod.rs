//! Recipients are told of documents: after the verdict, once, several in one mail.

mod first_download;
mod mail;
mod once;
mod recipients;

use std::sync::Arc;

use dossier_common::audit::{Act, AuditEntry};
use dossier_common::file::{DocumentKind, File, Inspection, Rejection};
use dossier_common::id::JobId;
use dossier_common::notice::{Notice, NoticeAddress, NoticeState};
use dossier_common::queue::{QueueName, SendEmail};
use dossier_common::user::User;
use dossier_devstack::mail::Message;
use mongodb::bson::{Bson, Document, doc};

use crate::harness::{Bench, eventually};

const STRANGER: &str = "stranger@example.com";

/// Somebody who uploads.
async fn ops(bench: &Bench) -> User {
    let user = bench.user("grace@example.com", Some("Grace")).await;
    let users = bench.store().database().collection::<Document>("users");
    let role = doc! { "$set": { "role": "ops" } };
    let changed = users.update_one(doc! { "_id": user.id }, role).await;
    assert_eq!(changed.expect("it can be").modified_count, 1);
    user
}

/// An uploaded document for these addresses.
async fn received(bench: &Bench, owner: &User, name: &str, to: &[&str]) -> File {
    let mut file = bench.new_file(owner.id, name, name.as_bytes()).await;
    file.recipients = Some(to.iter().map(|it| (*it).to_owned()).collect());
    let files = bench.store().database().collection::<File>("files");
    files.insert_one(&file).await.expect("it can be added");
    file
}

/// Records a verdict, as the job does.
async fn judge(bench: &Bench, file: &File, outcome: Result<DocumentKind, &str>) {
    let outcome = outcome.map_err(|code| Rejection {
        code: code.to_owned(),
        message: "A sentence.".to_owned(),
        detail: None,
    });
    let inspection = Inspection {
        outcome,
        rules_version: 1,
        facts: Bson::Null,
    };
    let entry = AuditEntry::of_now(Act::Inspect, &bench.services.clock, &bench.entropy);
    let recording = bench.store().record_inspection(file.id, &inspection, entry);
    assert!(recording.await.expect("it can be recorded"));
}

/// A document for these addresses that has become available.
async fn available(bench: &Bench, owner: &User, name: &str, to: &[&str]) -> File {
    let file = received(bench, owner, name, to).await;
    judge(bench, &file, Ok(DocumentKind::Docx)).await;
    file
}

/// The job of the only mail that waits.
async fn only_mail(bench: &Bench) -> JobId {
    let waiting = bench.mails().await.into_iter();
    let waiting: Vec<_> = waiting.filter(|job| !job.state.is_final()).collect();
    let [job] = &waiting[..] else {
        panic!("one mail waits: {waiting:?}");
    };
    job.id
        .parse()
        .expect("a job's id, so that it is found in logs")
}

/// Has all mails sent that wait; what `address` has received so far.
async fn sent(bench: &Bench, address: &str) -> Vec<Arc<Message>> {
    bench.make_mails_due().await;
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    eventually("all mails are sent", async || {
        let mails = bench.mails().await;
        mails.iter().all(|job| job.state.is_final()).then_some(())
    })
    .await;
    workers.stop().await;
    bench.mail.mailbox().messages_to(address)
}

async fn notices(bench: &Bench, file: &File) -> Vec<Notice> {
    bench.store().list_notices(file.id).await.expect("readable")
}

async fn state(bench: &Bench, file: &File) -> NoticeState {
    notices(bench, file).await[0].state
}

async fn address(bench: &Bench, email_key: &str) -> NoticeAddress {
    let rows = bench.store().database();
    let rows = rows.collection::<NoticeAddress>("notice_addresses");
    let found = rows.find_one(doc! { "email_key": email_key }).await;
    found.expect("readable").expect("it is there")
}

/// Means a document for other people.
async fn mean_for(bench: &Bench, file: &File, to: &str) {
    let files = bench.store().database().collection::<File>("files");
    let change = doc! { "$set": { "recipients": [to] } };
    let changed = files.update_one(doc! { "_id": file.id }, change).await;
    assert_eq!(changed.expect("it can be").modified_count, 1);
}

/// What follows `start` in a text, up to the next space.
fn behind<'t>(text: &'t str, start: &str) -> &'t str {
    let (_, rest) = text.split_once(start).expect("it is there");
    rest.split_whitespace().next().expect("something follows")
}
