//! Why a mail was not sent.

use dossier_common::email::EmailAddress;
use dossier_common::telemetry::explain;
use lettre::transport::smtp;

use super::said::masked;
use super::send_error::{END_OF_MAIL, Failure, SendError};
use super::step::Step;

/// Why a mail was not sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MailError {
    /// The mail cannot be written.
    #[error(transparent)]
    Unwritable(Box<dyn std::error::Error + Send + Sync>),
    /// The server refuses the mail for good.
    #[error("{0}")]
    Refused(String),
    /// The server refuses the mail for now.
    #[error("{0}")]
    Deferred(String),
    /// The server got the whole mail and did not say whether it took it.
    #[error("{0}")]
    Unanswered(String),
    /// The connection broke, fell silent or went out of step while the mail was handed over, before its end.
    #[error("{0}")]
    Interrupted(String),
    /// The server is unreachable, does not answer in time, or refuses us.
    #[error("{0}")]
    Unavailable(String),
}

/// Replies of the 5xx class that are about us or the server and not about the mail: the server
/// takes no mail (521, RFC 7504), or our credentials are not good (530, 534, 535, 538, RFC 4954).
const NOT_ABOUT_THE_MAIL: [u16; 5] = [521, 530, 534, 535, 538];

impl MailError {
    pub(super) fn unwritable(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Unwritable(Box::new(error))
    }

    /// Only a reply of the 5xx class to the mail itself is final (RFC 5321 §4.2.1); everything else
    /// may pass. Servers like to repeat the address, which does not belong into logs; nor does another.
    pub(super) fn of_server(error: &SendError, to: &EmailAddress) -> Self {
        let text = masked(&explain(error), to);
        match error {
            SendError::Refused(Failure { error, .. }) if refuses_the_mail(error) => {
                Self::Refused(text)
            }
            SendError::Refused(Failure { error, .. }) if error.is_transient() => {
                Self::Deferred(text)
            }
            SendError::Refused(Failure { error, .. }) if error.status().is_none() => {
                Self::Interrupted(text)
            }
            SendError::Unanswered(_)
            | SendError::OutOfStep {
                command: END_OF_MAIL,
                ..
            }
            | SendError::TimedOut {
                step: Step::Answer, ..
            } => Self::Unanswered(text),
            SendError::OutOfStep { .. } => Self::Interrupted(text),
            _ => Self::Unavailable(text),
        }
    }

    /// What happened, in a word: for spans, which hold no text of the server's.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Unwritable(_) => "unwritable",
            Self::Refused(_) => "refused",
            Self::Deferred(_) => "deferred",
            Self::Unanswered(_) => "unanswered",
            Self::Interrupted(_) => "interrupted",
            Self::Unavailable(_) => "unavailable",
        }
    }

    /// Whether no attempt can do better.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Unwritable(_) | Self::Refused(_) => true,
            Self::Deferred(_)
            | Self::Unanswered(_)
            | Self::Interrupted(_)
            | Self::Unavailable(_) => false,
        }
    }
}

fn refuses_the_mail(error: &smtp::Error) -> bool {
    let about_us = error
        .status()
        .is_some_and(|code| NOT_ABOUT_THE_MAIL.contains(&code.into()));
    error.is_permanent() && !about_us
}
