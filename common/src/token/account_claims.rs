//! What the tokens in mails about accounts say, sign-ups aside.

use serde::{Deserialize, Serialize};

use super::Claims;
use crate::id::{InvitationId, NoticeAddressId, ResetId, UserId};

/// Lets whoever reads the mail choose another password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResetPasswordClaims {
    /// The request that the mail answers.
    #[serde(rename = "rst")]
    pub reset_id: ResetId,
    /// Expiry in seconds since the Unix epoch.
    #[serde(rename = "exp")]
    pub expires_at: u64,
}

impl Claims for ResetPasswordClaims {
    const PURPOSE: &'static str = "reset-password";

    fn expires_at(&self) -> Option<u64> {
        Some(self.expires_at)
    }
}

/// Lets whoever reads the mail, and knows the password, remove a lost second factor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResetSecondFactorClaims {
    /// The request that the mail answers.
    #[serde(rename = "rst")]
    pub reset_id: ResetId,
    /// Expiry in seconds since the Unix epoch.
    #[serde(rename = "exp")]
    pub expires_at: u64,
}

impl Claims for ResetSecondFactorClaims {
    const PURPOSE: &'static str = "reset-second-factor";

    fn expires_at(&self) -> Option<u64> {
        Some(self.expires_at)
    }
}

/// Lets whoever reads the mail make the account that they are invited to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationClaims {
    /// The invitation.
    #[serde(rename = "inv")]
    pub invitation_id: InvitationId,
    /// Expiry in seconds since the Unix epoch.
    #[serde(rename = "exp")]
    pub expires_at: u64,
}

impl Claims for InvitationClaims {
    const PURPOSE: &'static str = "invitation";

    fn expires_at(&self) -> Option<u64> {
        Some(self.expires_at)
    }
}

/// Lets whoever reads a mail about documents stop such mails to their address. It works for as long as
/// its key is accepted: a mail may be read late.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnsubscribeClaims {
    /// The address.
    #[serde(rename = "adr")]
    pub address_id: NoticeAddressId,
}

impl Claims for UnsubscribeClaims {
    const PURPOSE: &'static str = "unsubscribe";

    fn expires_at(&self) -> Option<u64> {
        None
    }
}

/// The seed of a second factor. This one is handed to nobody: it is how the database holds the seed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TotpSeedClaims {
    /// Whose: a seed that is moved to another account does not open.
    #[serde(rename = "usr")]
    pub user_id: UserId,
    /// The seed in base 32.
    #[serde(rename = "seed")]
    pub seed: String,
}

impl Claims for TotpSeedClaims {
    const PURPOSE: &'static str = "totp-seed";

    fn expires_at(&self) -> Option<u64> {
        None
    }
}

/// Does not show the seed.
impl std::fmt::Debug for TotpSeedClaims {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TotpSeedClaims({})", self.user_id)
    }
}
