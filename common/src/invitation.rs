//! Invitations: accounts that somebody may make for themselves.

use std::fmt;
use std::time::Duration;

use mongodb::bson::DateTime;
use serde::{Deserialize, Serialize};

use crate::email::EmailAddress;
use crate::id::{InvitationId, UserId};
use crate::sign_up::UNSENT_TTL;
use crate::user::Role;

/// How long the link in an invitation's mail works, from when the mail is sent.
pub const INVITATION_TTL: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// An invitation that was not accepted yet, as stored.
///
/// Whoever reads the mail makes the account, with this role and a password of their own. The row holds
/// no token.
#[derive(Clone, Serialize, Deserialize)]
pub struct Invitation {
    /// Which invitation.
    #[serde(rename = "_id")]
    pub id: InvitationId,
    /// The address as it was written.
    pub email: EmailAddress,
    /// The address as it is compared.
    pub email_key: String,
    /// What the person will be allowed to do.
    pub role: Role,
    /// Who invited them.
    pub invited_by: UserId,
    /// When the mail under way is due; `None` when it was sent.
    pub mail_due_at: Option<DateTime>,
    /// When it was made.
    pub created_at: DateTime,
    /// Until when it can be accepted.
    pub expires_at: DateTime,
}

impl Invitation {
    /// Records that the mail is under way and due at `due`; there is time to send it.
    pub fn await_mail(&mut self, due: DateTime) {
        self.mail_due_at = Some(due);
        self.expires_at = due.saturating_add_duration(UNSENT_TTL);
    }
}

/// Does not show the address.
impl fmt::Debug for Invitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invitation")
            .field("id", &self.id)
            .field("email", &self.email)
            .field("role", &self.role)
            .field("invited_by", &self.invited_by)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
