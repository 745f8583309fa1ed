//! A mail and whom it goes to.

use dossier_common::email::EmailAddress;
use dossier_common::token::Claims;
use dossier_common::user::User;
use mongodb::bson::DateTime;

use crate::mail::Email;
use crate::services::Services;

/// A mail, or why there is nothing to be sent any more.
pub(super) type Decision = Result<Addressed, &'static str>;

/// A mail and whom it goes to.
pub(super) struct Addressed {
    pub(super) email: Email,
    pub(super) to: EmailAddress,
    /// Only for an address that is proven to be theirs.
    pub(super) name: Option<String>,
}

impl Addressed {
    /// A mail to the owner of an account.
    pub(super) fn to_owner(user: User, email: Email) -> Self {
        Self {
            email,
            to: user.email,
            name: user.name,
        }
    }

    /// A mail to somebody who may not be the one it is about.
    pub(super) fn to_anybody(to: EmailAddress, email: Email) -> Self {
        let name = None;
        Self { email, to, name }
    }
}

/// A link to `page` with a token, which is minted here: neither the queue nor the database ever holds
/// it.
pub(super) fn link(services: &Services, page: &str, claims: &impl Claims, now: DateTime) -> String {
    let token = services.token_keys.seal(claims, now);
    format!("{}/{page}/{token}", services.public_url)
}

/// `instant` as tokens have it.
pub(super) fn unix_seconds(instant: DateTime) -> u64 {
    u64::try_from(instant.timestamp_millis() / 1000).unwrap_or(0)
}

/// Where somebody asks for another password.
pub(super) fn reset_page(services: &Services) -> String {
    format!("{}/reset-password", services.public_url)
}
