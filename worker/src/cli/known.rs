//! What is stored of the people, documents and links that jobs are about, in a line each.

use dossier_common::file::{File, FileState};
use dossier_common::id::{FileId, InvitationId, LinkId, ResetId, SignUpId, UserId};
use dossier_common::invitation::Invitation;
use dossier_common::link::{Link, LinkState};
use dossier_common::reset::{Reset, ResetOf};
use dossier_common::sign_up::SignUp;
use dossier_common::store::Store;
use dossier_common::store::files::FileScope;
use dossier_common::user::User;
use mongodb::bson::DateTime;
use serde::Serialize;

use super::instant::instant;

/// What is stored of something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Known {
    /// Its id.
    pub(super) id: String,
    /// What is stored of it, for people.
    pub(super) says: String,
}

impl Known {
    fn new(id: impl ToString, says: String) -> Self {
        let id = id.to_string();
        Self { id, says }
    }

    /// An account.
    pub(super) fn user(user: &User) -> Self {
        let (role, state) = (user.role, user.state().as_str());
        let since = instant(user.created_at);
        let says = format!(
            "account of {}: {role}, {state}, made at {since}",
            user.email.masked()
        );
        Self::new(user.id, says)
    }

    /// A sign-up.
    pub(super) fn sign_up(sign_up: &SignUp) -> Self {
        let mail = mail(sign_up.mail_due_at, sign_up.expires_at);
        let asked = instant(sign_up.created_at);
        Self::new(
            sign_up.id,
            format!("sign-up of {asked}, not confirmed: {mail}"),
        )
    }

    /// An invitation.
    pub(super) fn invitation(invitation: &Invitation) -> Self {
        let mail = mail(invitation.mail_due_at, invitation.expires_at);
        let made = instant(invitation.created_at);
        let (by, role) = (invitation.invited_by, invitation.role);
        let says = format!("invitation of {made} by {by}, as {role}, not accepted: {mail}");
        Self::new(invitation.id, says)
    }

    /// A reset.
    pub(super) fn reset(reset: &Reset) -> Self {
        let of = reset.of.as_str().replace('_', " ");
        let mail = mail(reset.mail_due_at, reset.expires_at);
        let asked = instant(reset.created_at);
        Self::new(
            reset.id,
            format!("reset of a {of}, asked for at {asked}, not used: {mail}"),
        )
    }

    /// A document.
    pub(super) fn file(file: &File) -> Self {
        let verdict = match (file.state, &file.rejection) {
            (FileState::Received, _) => "received, without a verdict".to_owned(),
            (FileState::Available, _) => "available".to_owned(),
            (FileState::Rejected, Some(why)) => format!("rejected: {} ({})", why.code, why.message),
            (FileState::Rejected, None) => "rejected".to_owned(),
        };
        let at = file.validated_at.map(|at| format!(" at {}", instant(at)));
        let (owner, uploaded) = (file.owner_id, instant(file.created_at));
        let says = format!(
            "document of {owner}, uploaded at {uploaded}, {verdict}{}",
            at.unwrap_or_default()
        );
        Self::new(file.id, says)
    }

    /// A link.
    pub(super) fn link(link: &Link) -> Self {
        let state = match link.state {
            LinkState::Requested => "its address is not minted yet",
            LinkState::Ready => "ready",
            LinkState::Revoked => "revoked",
        };
        let (client, file, until) = (link.client_id, link.file_id, instant(link.expires_at));
        let says = format!(
            "link of {client} to {file}: {state}, until {until}, downloaded {} times",
            link.downloads
        );
        Self::new(link.id, says)
    }

    /// What is stored under `id`, whatever it names; `None` when it names nothing that is stored.
    pub(super) async fn find(
        store: &Store,
        id: &str,
        now: DateTime,
    ) -> anyhow::Result<Option<Self>> {
        let gone = |says: &str| Some(Self::new(id, says.to_owned()));
        if let Ok(id) = id.parse::<UserId>() {
            let user = store.find_user(id).await?;
            return Ok(user
                .as_ref()
                .map(Self::user)
                .or(gone("the account is gone")));
        }
        if let Ok(id) = id.parse::<FileId>() {
            let file = store.find_file(id, &FileScope::Everything).await?;
            return Ok(file
                .as_ref()
                .map(Self::file)
                .or(gone("the document is gone")));
        }
        if let Ok(id) = id.parse::<LinkId>() {
            let link = store.find_link(id).await?;
            return Ok(link.as_ref().map(Self::link).or(gone("the link is gone")));
        }
        if let Ok(id) = id.parse::<SignUpId>() {
            let sign_up = store.find_sign_up(id, now).await?;
            let gone = gone("the sign-up was confirmed, or has expired");
            return Ok(sign_up.as_ref().map(Self::sign_up).or(gone));
        }
        if let Ok(id) = id.parse::<InvitationId>() {
            let invitation = store.find_invitation(id, now).await?;
            let gone = gone("the invitation was accepted or taken back, or has expired");
            return Ok(invitation.as_ref().map(Self::invitation).or(gone));
        }
        if let Ok(id) = id.parse::<ResetId>() {
            let mut reset = store.find_reset(id, ResetOf::Password, now).await?;
            if reset.is_none() {
                reset = store.find_reset(id, ResetOf::SecondFactor, now).await?;
            }
            let gone = gone("the reset was used or replaced, or has expired");
            return Ok(reset.as_ref().map(Self::reset).or(gone));
        }
        Ok(None)
    }
}

/// How far the mail with the link is.
fn mail(due: Option<DateTime>, expires_at: DateTime) -> String {
    let until = instant(expires_at);
    match due {
        Some(due) => format!(
            "its mail is due at {}, and given up at {until}",
            instant(due)
        ),
        None => format!("its mail was sent, and the link works until {until}"),
    }
}
