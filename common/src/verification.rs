//! Requests to prove an e-mail address.

use std::time::Duration;

use mongodb::bson::DateTime;
use serde::{Deserialize, Serialize};

use crate::id::{UserId, VerificationId};

/// How long a verification mail's link works.
pub const VERIFICATION_TTL: Duration = Duration::from_secs(24 * 60 * 60);

/// How many verification mails one account gets per [`VERIFICATION_MAIL_WINDOW`], the first included.
pub const MAX_VERIFICATION_MAILS: u64 = 5;

/// The window of [`MAX_VERIFICATION_MAILS`].
pub const VERIFICATION_MAIL_WINDOW: Duration = Duration::from_secs(60 * 60);

/// One request to prove an address, as stored.
///
/// The row holds no secret: the token in the mail is this row's id and expiry, encrypted under a
/// key that the database does not have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// Which request.
    #[serde(rename = "_id")]
    pub id: VerificationId,
    /// Whose address.
    pub user_id: UserId,
    /// Until when its link works.
    pub expires_at: DateTime,
    /// When its link was used.
    pub used_at: Option<DateTime>,
    /// When a later request took its place.
    pub superseded_at: Option<DateTime>,
    /// When it was asked for.
    pub created_at: DateTime,
}

impl Verification {
    /// A fresh request of `user_id`.
    pub fn new(id: VerificationId, user_id: UserId, now: DateTime) -> Self {
        Self {
            id,
            user_id,
            expires_at: now.saturating_add_duration(VERIFICATION_TTL),
            used_at: None,
            superseded_at: None,
            created_at: now,
        }
    }

    /// Whether its link still works at `now`.
    pub fn is_live(&self, now: DateTime) -> bool {
        self.used_at.is_none() && self.superseded_at.is_none() && now < self.expires_at
    }
}
