//! Sending one mail.

use std::time::Duration;

use apalis_mongodb::NewJob;
use mongodb::bson::DateTime;
use serde::{Deserialize, Serialize};

use crate::id::{FileId, InvitationId, NoticeAddressId, ResetId, SignUpId, UserId};
use crate::queue::{Job, QueueSettings, RetryStrategy, doubling};

/// Sends one mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "template", rename_all = "kebab-case")]
pub enum SendEmail {
    /// The mail of a sign-up: "please confirm your address", with an encrypted link, or, where the
    /// address has an account, "you already have one".
    SignUp {
        /// Which sign-up.
        sign_up_id: SignUpId,
    },
    /// "You are invited", with an encrypted link, or, where the address has an account, "you already
    /// have one".
    Invitation {
        /// Which invitation.
        invitation_id: InvitationId,
    },
    /// "Choose another password", with an encrypted link, where the address has an account.
    ResetPassword {
        /// Which request.
        reset_id: ResetId,
    },
    /// "Remove your second factor", with an encrypted link, as an operator asked for.
    ResetSecondFactor {
        /// Which request.
        reset_id: ResetId,
    },
    /// "Your password was changed."
    PasswordChanged {
        /// To whom.
        user_id: UserId,
    },
    /// "Log-in asks for a second factor from now on", or no more.
    SecondFactorChanged {
        /// To whom.
        user_id: UserId,
        /// Which of the two.
        enabled: bool,
    },
    /// "You already have an account", as the release before enqueued it.
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
    /// "Documents are ready for you": all that an address was not told yet. With an invitation, where
    /// the address has no account.
    DocumentsAvailable {
        /// Whom it tells.
        address_id: NoticeAddressId,
    },
    /// "Your document was downloaded": for the first time since its owner asked to be told.
    FirstDownload {
        /// Which document.
        file_id: FileId,
        /// To whom, so that the job is found by its address.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user_id: Option<UserId>,
    },
    /// "Please confirm your address", as the release before enqueued it, for an account that is gone
    /// since.
    Verify {},
}

impl Job for SendEmail {
    const QUEUE: &'static str = "send-email";
    const MAX_ATTEMPTS: u32 = 12;
    /// Longer than the mail server has for one mail.
    const TIMEOUT: Duration = Duration::from_secs(120);

    /// The template, as in the payload.
    fn kind(&self) -> &'static str {
        match self {
            Self::SignUp { .. } => "sign-up",
            Self::Invitation { .. } => "invitation",
            Self::ResetPassword { .. } => "reset-password",
            Self::ResetSecondFactor { .. } => "reset-second-factor",
            Self::PasswordChanged { .. } => "password-changed",
            Self::SecondFactorChanged { .. } => "second-factor-changed",
            Self::AccountExists { .. } => "account-exists",
            Self::DocumentRejected { .. } => "document-rejected",
            Self::DocumentsRejected { .. } => "documents-rejected",
            Self::DocumentsAvailable { .. } => "documents-available",
            Self::FirstDownload { .. } => "first-download",
            Self::Verify {} => "verify",
        }
    }

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
    /// The job that tells an address of documents. While one waits, it tells of all that come meanwhile,
    /// and enqueuing it again changes nothing.
    pub fn documents_available(address_id: NoticeAddressId) -> NewJob<Self> {
        let key = format!("documents-available-{address_id}");
        NewJob::new(Self::DocumentsAvailable { address_id }).unique_until_started(key)
    }

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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_payloads_of_this_release_and_the_one_before_can_be_read() {
        for (payload, form) in [
            (
                r#"{"template":"sign-up","sign_up_id":"sgn_01ARZ3NDEKTSV4RRFFQ69G5FAV"}"#,
                "SignUp",
            ),
            (
                r#"{"template":"invitation","invitation_id":"inv_01ARZ3NDEKTSV4RRFFQ69G5FAV"}"#,
                "Invitation",
            ),
            (
                r#"{"template":"reset-password","reset_id":"rst_01ARZ3NDEKTSV4RRFFQ69G5FAV"}"#,
                "ResetPassword",
            ),
            (
                r#"{"template":"reset-second-factor","reset_id":"rst_01ARZ3NDEKTSV4RRFFQ69G5FAV"}"#,
                "ResetSecondFactor",
            ),
            (
                r#"{"template":"password-changed","user_id":"usr_01ARZ3NDEKTSV4RRFFQ69G5FAV"}"#,
                "PasswordChanged",
            ),
            (
                r#"{"template":"second-factor-changed","user_id":"usr_01ARZ3NDEKTSV4RRFFQ69G5FAV",
                    "enabled":true}"#,
                "SecondFactorChanged",
            ),
            (
                r#"{"template":"account-exists","user_id":"usr_01ARZ3NDEKTSV4RRFFQ69G5FAV"}"#,
                "AccountExists",
            ),
            (
                r#"{"template":"documents-available","address_id":"adr_01ARZ3NDEKTSV4RRFFQ69G5FAV"}"#,
                "DocumentsAvailable",
            ),
            (
                r#"{"template":"first-download","file_id":"fil_01ARZ3NDEKTSV4RRFFQ69G5FAV"}"#,
                "FirstDownload",
            ),
            (
                r#"{"template":"first-download","file_id":"fil_01ARZ3NDEKTSV4RRFFQ69G5FAV",
                    "user_id":"usr_01ARZ3NDEKTSV4RRFFQ69G5FAV"}"#,
                "FirstDownload",
            ),
            (
                r#"{"template":"verify","user_id":"usr_01ARZ3NDEKTSV4RRFFQ69G5FAV",
                    "verification_id":"ver_01ARZ3NDEKTSV4RRFFQ69G5FAV"}"#,
                "Verify",
            ),
        ] {
            let read: SendEmail = serde_json::from_str(payload).unwrap();
            assert!(format!("{read:?}").starts_with(form), "{read:?}");
            let template = format!("\"template\":\"{}\"", read.kind());
            assert!(payload.contains(&template), "{payload}");
        }
    }
}
