//! Second factors: one-time codes of an app, and recovery codes.

use std::fmt;
use std::time::Duration;

use mongodb::bson::DateTime;
use serde::{Deserialize, Serialize};

use crate::digest::Sha256;

/// How many recovery codes an account gets.
pub const RECOVERY_CODES: usize = 10;

/// How long a second factor can be confirmed after it was begun.
pub const CONFIRM_WITHIN: Duration = Duration::from_secs(15 * 60);

/// The second factor of an account, as stored.
///
/// The seed that codes are made from has to be known in clear to check one, so it is encrypted under
/// a key that the database does not have. Recovery codes are 125 random bits each; of them the digests
/// are enough.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totp {
    /// A [`TotpSeedClaims`](crate::token::TotpSeedClaims), sealed.
    pub sealed_seed: String,
    /// When it was begun; `None` where an earlier release did, which did not write it down.
    #[serde(default)]
    pub begun_at: Option<DateTime>,
    /// Since when log-in asks for it; `None` until the first code was entered.
    pub enabled_at: Option<DateTime>,
    /// The newest time step whose code was taken. No code is taken twice.
    pub last_step: i64,
    /// The digests of the recovery codes that were not used yet.
    pub recovery_sha256: Vec<Sha256>,
}

impl Totp {
    /// Whether it waits for its first code at `now`, and was begun not too long ago for that.
    pub fn can_be_confirmed(&self, now: DateTime) -> bool {
        let end = |begun: DateTime| begun.saturating_add_duration(CONFIRM_WITHIN);
        self.enabled_at.is_none() && self.begun_at.is_some_and(|begun| now < end(begun))
    }
}

/// Shows neither seed nor digests.
impl fmt::Debug for Totp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Totp")
            .field("begun_at", &self.begun_at)
            .field("enabled_at", &self.enabled_at)
            .field("last_step", &self.last_step)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_confirmed_for_a_quarter_of_an_hour_from_when_it_was_begun() {
        let begun = Totp {
            sealed_seed: String::new(),
            begun_at: Some(DateTime::from_millis(1)),
            enabled_at: None,
            last_step: 0,
            recovery_sha256: Vec::new(),
        };
        let end = DateTime::from_millis(1).saturating_add_duration(CONFIRM_WITHIN);
        let last = DateTime::from_millis(end.timestamp_millis() - 1);
        assert!(begun.can_be_confirmed(last));
        assert!(!begun.can_be_confirmed(end));
        let of_before = Totp {
            begun_at: None,
            ..begun.clone()
        };
        assert!(!of_before.can_be_confirmed(last));
        let enabled = Totp {
            enabled_at: Some(last),
            ..begun
        };
        assert!(!enabled.can_be_confirmed(last));
    }
}
