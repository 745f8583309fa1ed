//! Mails about passwords and invitations: who gets one, what it says, and how long its link works.

use std::sync::Arc;

use dossier_common::id::{InvitationId, JobId, ResetId, UserId};
use dossier_common::invitation::{INVITATION_TTL, Invitation};
use dossier_common::queue::{JobState, QueueName, SendEmail};
use dossier_common::reset::{RESET_TTL, ResetOf};
use dossier_common::sign_up::UNSENT_TTL;
use dossier_common::token::{
    Claims, InvitationClaims, ResetPasswordClaims, ResetSecondFactorClaims,
};
use dossier_common::user::Role;
use dossier_devstack::mail::Message;

use crate::harness::{Bench, CLIENT, PUBLIC_URL};

impl Bench {
    /// Somebody forgot the password of an address's account.
    async fn reset_of(&self, email: &str) -> (ResetId, JobId) {
        self.reset(ResetOf::Password, email).await
    }

    async fn reset(&self, of: ResetOf, email: &str) -> (ResetId, JobId) {
        let (id, job) = (ResetId::generate(&self.entropy, self.now()), self.job_id());
        let asked = self
            .store()
            .request_reset(of, email, id, job, self.now())
            .await;
        asked.expect("it can be asked for");
        (id, job)
    }

    /// An invitation of [`CLIENT`].
    async fn invitation(&self, role: Role) -> (InvitationId, JobId) {
        let (now, job) = (self.now(), self.job_id());
        let invitation = Invitation {
            id: InvitationId::generate(&self.entropy, now),
            email: CLIENT.parse().expect("an address"),
            email_key: CLIENT.to_owned(),
            role,
            invited_by: UserId::generate(&self.entropy, now),
            mail_due_at: None,
            created_at: now,
            expires_at: now,
        };
        let inserting = self.store().transaction("invite", |tx| {
            let invitation = invitation.clone();
            Box::pin(async move { tx.insert_invitation(invitation, job).await })
        });
        inserting.await.expect("it can be added");
        (invitation.id, job)
    }
}

/// Has a job done; the mails that the client has then.
async fn mails_after(bench: &Bench, job: JobId) -> Vec<Arc<Message>> {
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    bench.reaches(job, JobState::Done).await;
    workers.stop().await;
    bench.mail.mailbox().messages_to(CLIENT)
}

/// What the token behind `page` in both forms of a mail says.
fn opened<C: Claims>(bench: &Bench, mail: &Message, page: &str) -> C {
    let (text, html) = (mail.text.as_deref(), mail.html.as_deref());
    let (text, html) = (text.expect("a text"), html.expect("HTML"));
    let start = format!("{PUBLIC_URL}/{page}/");
    let (_, rest) = text.split_once(&start).expect("a link");
    let token = rest.split_whitespace().next().expect("a token");
    assert!(html.contains(&format!("{start}{token}\"")), "{html}");
    let claims = bench.services.token_keys.open(token, bench.now());
    claims.expect("the token opens")
}

#[tokio::test]
async fn the_owner_of_an_account_gets_a_link_that_lives_from_when_it_is_sent() {
    let bench = Bench::new().await;
    bench.user(CLIENT, Some("Ada")).await;
    let (id, job) = bench.reset_of(CLIENT).await;
    let hour = std::time::Duration::from_secs(60 * 60);
    bench.services.clock.advance(hour);
    let mails = mails_after(&bench, job).await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].subject, "Choose another password");
    let text = mails[0].text.as_deref().expect("a text");
    assert!(text.starts_with("Hello Ada,"), "{text}");
    let claims: ResetPasswordClaims = opened(&bench, &mails[0], "reset-password");
    let expires_at = bench.now().saturating_add_duration(RESET_TTL);
    assert_eq!(claims.reset_id, id);
    assert_eq!(
        i64::try_from(claims.expires_at),
        Ok(expires_at.timestamp_millis() / 1000)
    );
    let stored = bench
        .store()
        .find_reset(id, ResetOf::Password, bench.now())
        .await;
    let stored = stored.expect("readable").expect("it waits");
    assert_eq!((stored.mail_due_at, stored.expires_at), (None, expires_at));
}

#[tokio::test]
async fn the_link_that_removes_a_second_factor_is_of_a_kind_of_its_own() {
    let bench = Bench::new().await;
    bench.user(CLIENT, Some("Ada")).await;
    let (id, job) = bench.reset(ResetOf::SecondFactor, CLIENT).await;
    let mails = mails_after(&bench, job).await;
    assert_eq!(mails[0].subject, "Remove your second factor");
    let claims: ResetSecondFactorClaims = opened(&bench, &mails[0], "reset-second-factor");
    assert_eq!(claims.reset_id, id);
    let store = bench.store();
    let of_password = store.find_reset(id, ResetOf::Password, bench.now()).await;
    assert_eq!(of_password.expect("readable"), None);
}

#[tokio::test]
async fn an_address_without_an_account_gets_no_mail_and_its_row_is_as_anybodys() {
    let bench = Bench::new().await;
    let (id, job) = bench.reset_of(CLIENT).await;
    assert!(mails_after(&bench, job).await.is_empty());
    let stored = bench
        .store()
        .find_reset(id, ResetOf::Password, bench.now())
        .await;
    let stored = stored.expect("readable").expect("it waits");
    let expires_at = bench.now().saturating_add_duration(RESET_TTL);
    assert_eq!((stored.mail_due_at, stored.expires_at), (None, expires_at));
}

#[tokio::test]
async fn a_changed_password_is_told_to_its_owner_with_a_way_back() {
    let bench = Bench::new().await;
    let user_id = bench.user(CLIENT, Some("Ada")).await.id;
    let job = bench.enqueue(SendEmail::PasswordChanged { user_id }).await;
    let mails = mails_after(&bench, job).await;
    assert_eq!(mails[0].subject, "Your password was changed");
    for form in [&mails[0].text, &mails[0].html] {
        let form = form.as_deref().expect("a text");
        assert!(form.contains("Hello Ada,"), "{form}");
        assert!(
            form.contains(&format!("{PUBLIC_URL}/reset-password")),
            "{form}"
        );
    }
}

#[tokio::test]
async fn a_second_factor_that_is_set_up_or_removed_is_told_to_its_owner() {
    for (enabled, says) in [(true, "Keep the recovery codes"), (false, "password alone")] {
        let bench = Bench::new().await;
        let user_id = bench.user(CLIENT, Some("Ada")).await.id;
        let email = SendEmail::SecondFactorChanged { user_id, enabled };
        let job = bench.enqueue(email).await;
        let mails = mails_after(&bench, job).await;
        assert!(mails[0].subject.contains("second factor"));
        for form in [&mails[0].text, &mails[0].html] {
            let form = form.as_deref().expect("a text").replace('\n', " ");
            assert!(form.contains("Hello Ada,") && form.contains(says), "{form}");
            assert!(form.contains("signed out"), "{form}");
        }
    }
}

#[tokio::test]
async fn whoever_is_invited_gets_a_link_that_lives_from_when_it_is_sent() {
    for role in [Role::Client, Role::Ops, Role::Admin] {
        let bench = Bench::new().await;
        let (id, job) = bench.invitation(role).await;
        let mails = mails_after(&bench, job).await;
        assert_eq!(mails[0].subject, "You are invited to Dossier");
        let claims: InvitationClaims = opened(&bench, &mails[0], "invitation");
        assert_eq!(claims.invitation_id, id);
        let expires_at = bench.now().saturating_add_duration(INVITATION_TTL);
        let stored = bench.store().find_invitation(id, bench.now()).await;
        let stored = stored.expect("readable").expect("it waits");
        assert_eq!((stored.mail_due_at, stored.expires_at), (None, expires_at));
    }
}

#[tokio::test]
async fn whoever_is_invited_and_has_an_account_is_told_so_without_a_token() {
    let bench = Bench::new().await;
    bench.user(CLIENT, Some("Ada")).await;
    let (_, job) = bench.invitation(Role::Ops).await;
    let mails = mails_after(&bench, job).await;
    assert_eq!(mails[0].subject, "You already have an account");
    for form in [&mails[0].text, &mails[0].html] {
        let form = form.as_deref().expect("a text");
        assert!(form.contains("Hello Ada,"), "{form}");
        assert!(!form.contains("/invitation/"), "{form}");
    }
}

#[tokio::test]
async fn a_mail_whose_invitation_reset_or_account_is_gone_is_not_sent() {
    let bench = Bench::new().await;
    bench.user(CLIENT, None).await;
    let (invitation, invited) = bench.invitation(Role::Client).await;
    let everything = dossier_common::store::invitations::InvitationScope::Everything;
    let now = bench.now();
    let revoking = bench.store().transaction("take it back", |tx| {
        Box::pin(async move { tx.revoke_invitation(invitation, everything, now).await })
    });
    assert!(revoking.await.expect("it can be taken back"));
    let (_, expired) = bench.invitation(Role::Client).await;
    let (_, forgotten) = bench.reset_of(CLIENT).await;
    bench.services.clock.advance(UNSENT_TTL);
    let user_id = UserId::generate(&bench.entropy, bench.now());
    let gone = bench.enqueue(SendEmail::PasswordChanged { user_id }).await;
    let workers = bench.work(&[QueueName::of::<SendEmail>()]);
    for job in [invited, expired, forgotten, gone] {
        bench.reaches(job, JobState::Done).await;
    }
    workers.stop().await;
    assert!(bench.mail.mailbox().messages().is_empty());
}
