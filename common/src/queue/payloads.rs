//! What each job is told: ids, never secrets, bodies or addresses.

use serde::{Deserialize, Serialize};

use crate::id::{FileId, LinkId, UserId, VerificationId};

/// Sends one mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "template", rename_all = "kebab-case")]
pub enum SendEmail {
    /// "Please confirm your address", with an encrypted link.
    Verify {
        /// To whom.
        user_id: UserId,
        /// The request whose token the link carries.
        verification_id: VerificationId,
    },
    /// "You already have an account": somebody signed up with a known address.
    AccountExists {
        /// To whom.
        user_id: UserId,
    },
}

impl SendEmail {
    /// To whom the mail goes.
    pub fn user_id(&self) -> UserId {
        match self {
            Self::Verify { user_id, .. } | Self::AccountExists { user_id } => *user_id,
        }
    }
}

/// Looks inside an uploaded document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValidateUpload {
    /// Which document.
    pub file_id: FileId,
}

/// Mints the encrypted token of a download link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MintDownloadToken {
    /// Which link.
    pub link_id: LinkId,
}
