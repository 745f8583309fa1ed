//! Sending one mail.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::id::{FileId, UserId, VerificationId};
use crate::queue::{Job, QueueSettings, RetryStrategy, doubling};

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
    /// "Your document can no longer be downloaded": newer rules rejected an available document.
    DocumentRejected {
        /// To whom.
        user_id: UserId,
        /// Which document.
        file_id: FileId,
    },
}

impl Job for SendEmail {
    const QUEUE: &'static str = "send-email";
    const MAX_ATTEMPTS: u32 = 12;
    /// Longer than the mail server has for one mail.
    const TIMEOUT: Duration = Duration::from_secs(120);

    fn retry(settings: &QueueSettings) -> RetryStrategy {
        doubling(settings.mail_retry_base, Duration::from_secs(60 * 60))
    }
}

impl SendEmail {
    /// To whom the mail goes.
    pub fn user_id(&self) -> UserId {
        match self {
            Self::Verify { user_id, .. }
            | Self::AccountExists { user_id }
            | Self::DocumentRejected { user_id, .. } => *user_id,
        }
    }
}
