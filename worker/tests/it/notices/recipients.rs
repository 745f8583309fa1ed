//! Who is told of a document, who is invited, and who is not told.

use std::collections::BTreeSet;
use std::time::Duration;

use dossier_common::email::EmailAddress;
use dossier_common::file::DocumentKind;
use dossier_common::id::InvitationId;
use dossier_common::invitation::{INVITATION_TTL, Invitation};
use dossier_common::notice::NoticeState;
use dossier_common::queue::backend::Outcome;
use dossier_common::token::InvitationClaims;
use dossier_common::user::Role;
use mongodb::bson::{Document, doc};

use super::{
    STRANGER, address, available, behind, judge, mean_for, notices, only_mail, ops, received, sent,
    state,
};
use crate::harness::{Bench, CLIENT, PUBLIC_URL};

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
