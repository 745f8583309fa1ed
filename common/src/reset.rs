//! Forgotten passwords and lost second factors: what was asked for, until the mailed link is used.

use std::time::Duration;

use mongodb::bson::DateTime;
use serde::{Deserialize, Serialize};

use crate::id::ResetId;

/// How long the link in the mail works, from when the mail is sent.
pub const RESET_TTL: Duration = Duration::from_secs(30 * 60);

/// How long a request is kept whose mail cannot be sent, from when the mail was due: longer than the
/// mail is tried. After that another one can be asked for.
pub const RESET_UNSENT_TTL: Duration = Duration::from_secs(4 * 60 * 60);

/// What a mailed link lets its reader do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResetOf {
    /// Choose another password. Anybody may ask for the mail.
    Password,
    /// Remove the second factor, with the password. Operators alone have the mail sent.
    SecondFactor,
}

impl ResetOf {
    /// The name as stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::SecondFactor => "second_factor",
        }
    }
}

/// Who asks for a mail with a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskedBy {
    /// Whoever knows the address.
    Anybody,
    /// An operator or an admin. Their mails are counted by themselves, and wait for none that
    /// somebody else asked for.
    Operator,
}

/// A request for a mail with a link, as stored.
///
/// There is one for an address without an account, too: whether there is an account is looked up
/// by the worker that sends the mail. The row holds no token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reset {
    /// Which request.
    #[serde(rename = "_id")]
    pub id: ResetId,
    /// Of what.
    pub of: ResetOf,
    /// The address as it is compared.
    pub email_key: String,
    /// When the mail under way is due; `None` when it was sent.
    pub mail_due_at: Option<DateTime>,
    /// When it was asked for.
    pub created_at: DateTime,
    /// Until when the link can be used.
    pub expires_at: DateTime,
}

impl Reset {
    /// A request whose mail is under way and due at `due`.
    pub fn new(id: ResetId, of: ResetOf, email_key: &str, now: DateTime, due: DateTime) -> Self {
        Self {
            id,
            of,
            email_key: email_key.to_owned(),
            mail_due_at: Some(due),
            created_at: now,
            expires_at: due.saturating_add_duration(RESET_UNSENT_TTL),
        }
    }
}
