//! What is stored of the people, documents and links that jobs are about, in a line each.

use mongodb::bson::DateTime;
use serde::Serialize;

use crate::clock::to_the_second;
use crate::file::{File, FileState};
use crate::id::{FileId, InvitationId, LinkId, NoticeAddressId, ResetId, SignUpId, UserId};
use crate::invitation::Invitation;
use crate::link::{Link, LinkState};
use crate::notice::NoticeAddress;
use crate::reset::{Reset, ResetOf};
use crate::sign_up::SignUp;
use crate::store::files::FileScope;
use crate::store::{Store, StoreError};
use crate::user::User;

/// What is stored of something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Known {
    /// Its id.
    pub id: String,
    /// What is stored of it, for people.
    pub says: String,
}

impl Known {
    fn new(id: impl ToString, says: String) -> Self {
        let id = id.to_string();
        Self { id, says }
    }

    /// An account.
    pub fn user(user: &User) -> Self {
        let (role, state) = (user.role, user.state().as_str());
        let since = to_the_second(user.created_at);
        let says = format!(
            "account of {}: {role}, {state}, made at {since}",
            user.email.masked()
        );
        Self::new(user.id, says)
    }

    /// A sign-up.
    pub fn sign_up(sign_up: &SignUp) -> Self {
        let mail = mail(sign_up.mail_due_at, sign_up.expires_at);
        let asked = to_the_second(sign_up.created_at);
        Self::new(
            sign_up.id,
            format!("sign-up of {asked}, not confirmed: {mail}"),
        )
    }

    /// An invitation.
    pub fn invitation(invitation: &Invitation) -> Self {
        let mail = mail(invitation.mail_due_at, invitation.expires_at);
        let made = to_the_second(invitation.created_at);
        let (by, role) = (invitation.invited_by, invitation.role);
        let says = format!("invitation of {made} by {by}, as {role}, not accepted: {mail}");
        Self::new(invitation.id, says)
    }

    /// A reset.
    pub fn reset(reset: &Reset) -> Self {
        let of = reset.of.as_str().replace('_', " ");
        let mail = mail(reset.mail_due_at, reset.expires_at);
        let asked = to_the_second(reset.created_at);
        Self::new(
            reset.id,
            format!("reset of a {of}, asked for at {asked}, not used: {mail}"),
        )
    }

    /// An address that is told of documents.
    pub fn notice_address(address: &NoticeAddress) -> Self {
        let says = match address.unsubscribed_at {
            None => "an address that is told of documents".to_owned(),
            Some(at) => format!(
                "an address that wants to be told of no documents, since {}",
                to_the_second(at)
            ),
        };
        Self::new(address.id, says)
    }

    /// A document.
    pub fn file(file: &File) -> Self {
        let verdict = match (file.state, &file.rejection) {
            (FileState::Received, _) => "received, without a verdict".to_owned(),
            (FileState::Available, _) => "available".to_owned(),
            (FileState::Rejected, Some(why)) => format!("rejected: {} ({})", why.code, why.message),
            (FileState::Rejected, None) => "rejected".to_owned(),
        };
        let at = file
            .validated_at
            .map(|at| format!(" at {}", to_the_second(at)));
        let (owner, uploaded) = (file.owner_id, to_the_second(file.created_at));
        let withdrawn = file
            .withdrawn
            .as_ref()
            .map(|it| format!(", withdrawn at {}", to_the_second(it.at)));
        let removed = file
            .bytes_removed_at
            .map(|at| format!(", its bytes were removed at {}", to_the_second(at)));
        let says = format!(
            "document of {owner}, uploaded at {uploaded}, {verdict}{}{}{}",
            at.unwrap_or_default(),
            withdrawn.unwrap_or_default(),
            removed.unwrap_or_default()
        );
        Self::new(file.id, says)
    }

    /// A link.
    pub fn link(link: &Link) -> Self {
        let state = match link.state {
            LinkState::Requested => "its address is not minted yet",
            LinkState::Ready => "ready",
            LinkState::Revoked => "revoked",
        };
        let (client, file, until) = (link.client_id, link.file_id, to_the_second(link.expires_at));
        let says = format!(
            "link of {client} to {file}: {state}, until {until}, downloaded {} times",
            link.downloads
        );
        Self::new(link.id, says)
    }

    /// What is stored under `id`, whatever it names; `None` when it names nothing that is stored.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn find(store: &Store, id: &str, now: DateTime) -> Result<Option<Self>, StoreError> {
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
        if let Ok(id) = id.parse::<NoticeAddressId>() {
            let address = store.find_notice_address(id).await?;
            let gone = gone("the account of the address was deleted");
            return Ok(address.as_ref().map(Self::notice_address).or(gone));
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

/// How far the mail with the link is. Its job says whether it is still tried.
fn mail(due: Option<DateTime>, expires_at: DateTime) -> String {
    let until = to_the_second(expires_at);
    match due {
        Some(due) => format!(
            "no mail is recorded as sent (due at {}, given up at {until} at the latest)",
            to_the_second(due)
        ),
        None => format!("its mail was sent, and the link works until {until}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_that_was_not_sent_in_time_is_not_said_to_be_due() {
        let (due, expires_at) = (DateTime::from_millis(0), DateTime::from_millis(60_000));
        assert_eq!(
            mail(Some(due), expires_at),
            "no mail is recorded as sent (due at 1970-01-01 00:00:00, given up at 1970-01-01 00:01:00 at the latest)"
        );
    }
}
