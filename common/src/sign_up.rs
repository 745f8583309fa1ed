//! Sign-ups: claims on an account, until one of them is confirmed.

use std::fmt;
use std::time::Duration;

use mongodb::bson::DateTime;
use serde::{Deserialize, Serialize};

use crate::email::EmailAddress;
use crate::id::SignUpId;

/// How long the link in a sign-up's mail works, from when the mail is sent.
pub const SIGN_UP_TTL: Duration = Duration::from_secs(24 * 60 * 60);

/// How long a sign-up is kept whose mail cannot be sent, from when the mail was due.
pub const UNSENT_TTL: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How many passwords may be tried at one sign-up.
pub const MAX_TRIES: i32 = 10;

/// A sign-up, as stored.
///
/// It is no account yet: whoever reads the mailbox and knows the password makes it one. Any number
/// of them may wait for one address, each with a mail of its own; none changes another. The first to
/// be confirmed ends the rest.
///
/// The row holds no token: the one in the mail is the row's id and an expiry, encrypted under a key
/// that the database does not have.
#[derive(Clone, Serialize, Deserialize)]
pub struct SignUp {
    /// Which sign-up.
    #[serde(rename = "_id")]
    pub id: SignUpId,
    /// The address as it was written.
    pub email: EmailAddress,
    /// The address as it is compared.
    pub email_key: String,
    /// What the person wants to be called.
    pub name: Option<String>,
    /// Argon2id in PHC string form.
    pub password_hash: String,
    /// When the mail under way is due; `None` when it was sent.
    pub mail_due_at: Option<DateTime>,
    /// How many passwords may still be tried.
    pub tries_left: i32,
    /// When it was made.
    pub created_at: DateTime,
    /// Until when it can be confirmed.
    pub expires_at: DateTime,
}

impl SignUp {
    /// Records that a mail is under way which is due at `due`; there is time to send it.
    pub fn await_mail(&mut self, due: DateTime) {
        self.mail_due_at = Some(due);
        self.expires_at = due.saturating_add_duration(UNSENT_TTL);
    }
}

/// Shows neither the address nor the password hash.
impl fmt::Debug for SignUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignUp")
            .field("id", &self.id)
            .field("email", &self.email)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
