//! Recipients are told of documents: after the verdict, once, several in one mail.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use dossier_common::audit::{Act, AuditEntry};
use dossier_common::email::EmailAddress;
use dossier_common::file::{DocumentKind, File, Inspection, Rejection};
use dossier_common::id::{InvitationId, JobId};
use dossier_common::invitation::{INVITATION_TTL, Invitation};
use dossier_common::notice::{Notice, NoticeAddress, NoticeState};
use dossier_common::queue::backend::Outcome;
use dossier_common::queue::{QueueName, QueueSettings, SendEmail};
use dossier_common::store::Store;
use dossier_common::store::mails::MailState;
use dossier_common::token::{InvitationClaims, UnsubscribeClaims};
use dossier_common::user::{Role, User};
use dossier_devstack::mail::{Behaviour, Message};
use mongodb::bson::{Bson, Document, doc};

use crate::harness::{Bench, CLIENT, PUBLIC_URL, Program, eventually};

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

#[tokio::test]
async fn three_documents_are_told_in_one_mail_and_none_before_its_verdict() {
    let bench = Bench::new().await;
    let owner = ops(&bench).await;
    bench.user(CLIENT, Some("Ada")).await;
    let mut files = Vec::new();
    for name in ["a.docx", "b & c.docx", "d.docx"] {
        files.push(received(&bench, &owner, name, &[CLIENT]).await);
    }
    assert!(bench.mails().await.is_empty(), "there is no verdict yet");
    for file in &files {
        judge(&bench, file, Ok(DocumentKind::Docx)).await;
        assert_eq!(state(&bench, file).await, NoticeState::Pending);
    }
    let job = only_mail(&bench).await;
    let payload = format!("{:?}", bench.job(job).await);
    assert!(!payload.contains(CLIENT), "no address is in it: {payload}");

    let mails = sent(&bench, CLIENT).await;
    assert_eq!(mails.len(), 1);
    let mail = &mails[0];
    assert_eq!(mail.subject, "Documents are ready for you");
    let (text, html) = (mail.text.as_deref(), mail.html.as_deref());
    let (text, html) = (text.expect("a text"), html.expect("HTML"));
    assert!(text.starts_with("Hello Ada,"), "{text}");
    for file in &files {
        assert_eq!(text.matches(file.name.as_str()).count(), 1, "{text}");
        let place = format!("{PUBLIC_URL}/documents/{}", file.id);
        assert!(
            text.contains(&place) && text.contains("from Grace"),
            "{text}"
        );
        assert_eq!(state(&bench, file).await, NoticeState::Sent);
        assert_eq!(notices(&bench, file).await[0].told_at, Some(bench.now()));
    }
    assert!(html.contains("b &amp; c.docx"), "{html}");
    for absent in ["/download/", "/invitation/", "no account yet"] {
        assert!(!text.contains(absent) && !html.contains(absent), "{text}");
    }

    let later = available(&bench, &owner, "later.docx", &[CLIENT]).await;
    let mails = sent(&bench, CLIENT).await;
    assert_eq!(mails.len(), 2);
    let second = mails.iter().find(|it| it.subject.starts_with("A document"));
    let text = second.and_then(|it| it.text.as_deref()).expect("a text");
    assert!(text.contains(later.name.as_str()) && !text.contains("a.docx"));
}

#[tokio::test]
async fn the_mail_says_how_such_mails_are_stopped_and_others_do_not() {
    let bench = Bench::new().await;
    let owner = ops(&bench).await;
    bench.user(CLIENT, None).await;
    available(&bench, &owner, "a.docx", &[CLIENT]).await;
    let mail = sent(&bench, CLIENT).await.remove(0);
    let header = mail.header("List-Unsubscribe").expect("it is there");
    let url = header.trim_matches(['<', '>']);
    let token = behind(url, &format!("{PUBLIC_URL}/unsubscribe/"));
    let opened = bench.services.token_keys.open(token, bench.now());
    let claims: UnsubscribeClaims = opened.expect("it opens");
    assert_eq!(claims.address_id, address(&bench, CLIENT).await.id);
    let one_click = mail.header("List-Unsubscribe-Post");
    assert_eq!(one_click, Some("List-Unsubscribe=One-Click"));
    let text = mail.text.as_deref().expect("a text");
    assert!(text.contains(url), "{text}");

    bench.sign_up(None).await;
    let mails = sent(&bench, CLIENT).await;
    let other = mails.iter().find(|it| it.subject.contains("account"));
    let other = other.expect("the mail of a sign-up");
    assert_eq!(other.header("List-Unsubscribe"), None);
}

#[tokio::test]
async fn nobody_is_told_of_what_was_rejected_or_is_for_everybody() {
    let bench = Bench::new().await;
    let owner = ops(&bench).await;
    bench.user(CLIENT, None).await;
    let rejected = received(&bench, &owner, "a.docx", &[CLIENT]).await;
    judge(&bench, &rejected, Err("DDE")).await;
    let document = ("b.docx", &b"b"[..]);
    let for_all = bench
        .file_with_verdict(owner.id, document, Ok(DocumentKind::Docx), 1)
        .await;
    assert!(bench.mails().await.is_empty());
    for file in [&rejected, &for_all] {
        assert!(notices(&bench, file).await.is_empty());
    }
}

#[tokio::test]
async fn what_is_not_there_for_the_address_any_more_is_not_told() {
    let bench = Bench::new().await;
    let owner = ops(&bench).await;
    bench.user(CLIENT, None).await;
    let moved = available(&bench, &owner, "moved.docx", &[CLIENT]).await;
    mean_for(&bench, &moved, "bob@example.com").await;
    let job = only_mail(&bench).await;
    assert!(sent(&bench, CLIENT).await.is_empty());
    let done = bench.job(job).await;
    assert_eq!(done.history[0].outcome, Outcome::Skipped);
    let why = done.last_error.expect("a reason");
    assert!(why.starts_with("skipped: "), "{why}");
    assert_eq!(state(&bench, &moved).await, NoticeState::Skipped);

    let stays = available(&bench, &owner, "stays.docx", &[CLIENT]).await;
    let gone = available(&bench, &owner, "gone.docx", &[CLIENT]).await;
    bench.remove(&gone).await;
    let mails = sent(&bench, CLIENT).await;
    assert_eq!(mails.len(), 1);
    let text = mails[0].text.as_deref().expect("a text");
    assert!(text.contains("stays.docx") && !text.contains("gone.docx"));
    assert_eq!(state(&bench, &stays).await, NoticeState::Sent);
    assert_eq!(state(&bench, &gone).await, NoticeState::Skipped);
}

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
async fn whoever_has_no_account_is_invited_in_the_same_mail_once() {
    let bench = Bench::new().await;
    let owner = ops(&bench).await;
    available(&bench, &owner, "a.docx", &[STRANGER]).await;
    assert_eq!(sent(&bench, STRANGER).await.len(), 1);
    available(&bench, &owner, "b.docx", &[STRANGER]).await;
    let mails = sent(&bench, STRANGER).await;
    assert_eq!(mails.len(), 2);
    let mut invitations = BTreeSet::new();
    for mail in &mails {
        let text = mail.text.as_deref().expect("a text");
        assert!(text.starts_with("Hello,"), "{text}");
        let token = behind(text, &format!("{PUBLIC_URL}/invitation/"));
        let opened = bench.services.token_keys.open(token, bench.now());
        let claims: InvitationClaims = opened.expect("it opens");
        invitations.insert(claims.invitation_id);
    }
    assert_eq!(invitations.len(), 1, "both carry the same one");
    let id = invitations.pop_first().expect("one");
    let rows = bench.store().database();
    let rows = rows.collection::<Document>("invitations");
    let count = rows.count_documents(doc! {}).await.expect("countable");
    assert_eq!(count, 1);
    let stored = bench.store().find_invitation(id, bench.now()).await;
    let stored = stored.expect("readable").expect("it waits");
    assert_eq!(
        (stored.role.as_str(), stored.invited_by),
        ("client", owner.id)
    );
    assert_eq!(stored.mail_due_at, None);
    let expires_at = bench.now().saturating_add_duration(INVITATION_TTL);
    assert_eq!(stored.expires_at, expires_at, "from when the mail was sent");
}

#[tokio::test]
async fn an_upload_does_not_prolong_an_invitation_to_more_rights() {
    let bench = Bench::new().await;
    let owner = ops(&bench).await;
    let email: EmailAddress = STRANGER.parse().expect("an address");
    let now = bench.now();
    let invitation = Invitation {
        id: InvitationId::generate(&bench.entropy, now),
        email_key: email.key(),
        email,
        role: Role::Ops,
        invited_by: owner.id,
        mail_due_at: None,
        created_at: now,
        expires_at: now.saturating_add_duration(Duration::from_secs(3600)),
    };
    let rows = bench.store().database();
    let rows = rows.collection::<Invitation>("invitations");
    let added = rows.insert_one(&invitation).await;
    added.expect("it can be added");
    available(&bench, &owner, "a.docx", &[STRANGER]).await;
    let mails = sent(&bench, STRANGER).await;
    let text = mails[0].text.as_deref().expect("a text");
    let token = behind(text, &format!("{PUBLIC_URL}/invitation/"));
    let opened = bench.services.token_keys.open(token, bench.now());
    let claims: InvitationClaims = opened.expect("it opens");
    assert_eq!(claims.invitation_id, invitation.id);
    let stored = bench.store().find_invitation(invitation.id, now).await;
    let stored = stored.expect("readable").expect("it waits");
    assert_eq!(stored.expires_at, invitation.expires_at);
}

#[tokio::test]
async fn nobody_is_told_who_can_get_no_account_or_no_document() {
    let mut bench = Bench::new().await;
    bench.services.takes_invitations = false;
    let owner = ops(&bench).await;
    let user = bench.user(CLIENT, None).await;
    let users = bench.store().database().collection::<Document>("users");
    let disabled = doc! { "$set": { "disabled_at": bench.now() } };
    let changed = users.update_one(doc! { "_id": user.id }, disabled).await;
    assert_eq!(changed.expect("it can be").modified_count, 1);
    let to = [STRANGER, CLIENT, "grace@example.com"];
    let file = available(&bench, &owner, "a.docx", &to).await;
    assert_eq!(bench.mails().await.len(), 3);
    for address in to {
        assert!(sent(&bench, address).await.is_empty(), "{address}");
    }
    for notice in notices(&bench, &file).await {
        assert_eq!(notice.state, NoticeState::Skipped);
        assert!(notice.why.is_some(), "{notice:?}");
    }
}

#[tokio::test]
async fn an_address_that_wants_no_mails_gets_none_not_even_what_waited() {
    let bench = Bench::new().await;
    let owner = ops(&bench).await;
    bench.user(CLIENT, None).await;
    let waited = available(&bench, &owner, "a.docx", &[CLIENT]).await;
    let (id, now) = (address(&bench, CLIENT).await.id, bench.now());
    let stopping = bench.store().transaction("unsubscribe", |tx| {
        Box::pin(async move { tx.unsubscribe(id, now).await })
    });
    assert!(stopping.await.expect("it can be"));
    let later = available(&bench, &owner, "b.docx", &[CLIENT]).await;
    assert_eq!(
        bench.mails().await.len(),
        1,
        "none is enqueued for the second"
    );
    assert!(sent(&bench, CLIENT).await.is_empty());
    for file in [&waited, &later] {
        assert_eq!(state(&bench, file).await, NoticeState::Unsubscribed);
    }
    // Mails about the account come all the same.
    bench.sign_up(None).await;
    assert_eq!(sent(&bench, CLIENT).await.len(), 1);
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

#[tokio::test]
async fn operators_find_the_mail_by_its_address_and_see_how_many_were_told() {
    let bench = Bench::new().await;
    let owner = ops(&bench).await;
    let file = available(&bench, &owner, "a.docx", &[STRANGER]).await;
    let job = only_mail(&bench).await.to_string();
    let kind = "documents-available";
    let said = async |arguments: &[&str]| {
        let program = Program::bare(arguments).variable("MONGODB_URI", bench.uri());
        let (code, said) = program.run().await;
        assert_eq!(code, 0, "{said}");
        said
    };
    let listed = said(&[
        "jobs", "list", "--email", STRANGER, "--kind", kind, "--json",
    ])
    .await;
    assert!(listed.contains(&job), "{listed}");
    let told = said(&["explain", STRANGER]).await;
    assert!(
        told.contains(&job) && told.contains("told of documents"),
        "{told}"
    );
    let told = said(&["explain", &file.id.to_string()]).await;
    assert!(told.contains("of 1 recipients 0 were told"), "{told}");
    // The mail that was begun to tell of it is one of its jobs.
    assert!(!told.contains(&job), "{told}");
    let address = address(&bench, STRANGER).await.id;
    let taken = bench.store().take_notices(address, &job).await;
    assert_eq!(taken.expect("they can be").len(), 1);
    let told = said(&["explain", &file.id.to_string()]).await;
    assert!(told.contains(&job), "{told}");
    assert_eq!(sent(&bench, STRANGER).await.len(), 1);
    let told = said(&["explain", &file.id.to_string()]).await;
    assert!(told.contains("of 1 recipients 1 were told"), "{told}");
}
