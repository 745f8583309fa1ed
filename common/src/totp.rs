//! Second factors: one-time codes of an app, and recovery codes.

use std::fmt;

use mongodb::bson::DateTime;
use serde::{Deserialize, Serialize};

use crate::digest::Sha256;

/// How many recovery codes an account gets.
pub const RECOVERY_CODES: usize = 10;

/// The second factor of an account, as stored.
///
/// The seed that codes are made from has to be known in clear to check one, so it is encrypted under
/// a key that the database does not have. Recovery codes are 125 random bits each; of them the digests
/// are enough.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totp {
    /// A [`TotpSeedClaims`](crate::token::TotpSeedClaims), sealed.
    pub sealed_seed: String,
    /// Since when log-in asks for it; `None` until the first code was entered.
    pub enabled_at: Option<DateTime>,
    /// The newest time step whose code was taken. No code is taken twice.
    pub last_step: i64,
    /// The digests of the recovery codes that were not used yet.
    pub recovery_sha256: Vec<Sha256>,
}

/// Shows neither seed nor digests.
impl fmt::Debug for Totp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Totp")
            .field("enabled_at", &self.enabled_at)
            .field("last_step", &self.last_step)
            .finish_non_exhaustive()
    }
}
