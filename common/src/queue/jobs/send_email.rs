//! Sending one mail.

use std::time::Duration;

use apalis_mongodb::NewJob;
use mongodb::bson::DateTime;
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
    /// The same of all documents that newer rules rejected within a time.
    DocumentsRejected {
        /// To whom.
        user_id: UserId,
        /// Since when, in milliseconds of Unix time.
        since_millis: i64,
        /// Until when, exclusively.
        until_millis: i64,
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

/// What is rejected within so long is told in one mail.
const ROUND_MILLIS: i64 = 15 * 60 * 1000;
/// So long after that the mail is sent: whatever was begun before is written by then, on clocks that are not quite the
/// same, too.
const AFTERWARDS: Duration = Duration::from_secs(5 * 60);

impl SendEmail {
    /// The job that tells `user_id` of a document that newer rules rejected `at` that time. It tells of all others of
    /// the same quarter of an hour, too; enqueuing it again changes nothing.
    pub fn rejected(user_id: UserId, at: DateTime) -> NewJob<Self> {
        let passed = at.timestamp_millis().rem_euclid(ROUND_MILLIS);
        let since_millis = at.timestamp_millis() - passed;
        let id = format!("rejected-{user_id}-{since_millis}");
        let left = Duration::from_millis((ROUND_MILLIS - passed).unsigned_abs());
        let told = Self::DocumentsRejected {
            user_id,
            since_millis,
            until_millis: since_millis + ROUND_MILLIS,
        };
        NewJob::new(told)
            .id(id.clone())
            .idempotency_key(id)
            .run_in(left + AFTERWARDS)
    }

    /// To whom the mail goes.
    pub fn user_id(&self) -> UserId {
        match self {
            Self::Verify { user_id, .. }
            | Self::AccountExists { user_id }
            | Self::DocumentRejected { user_id, .. }
            | Self::DocumentsRejected { user_id, .. } => *user_id,
        }
    }
}
