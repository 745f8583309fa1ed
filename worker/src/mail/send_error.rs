//! Why a mail was not handed over.

use std::io;
use std::time::Duration;

use lettre::transport::smtp;

use super::step::Step;

/// What is asked last, for [`SendError::OutOfStep`].
pub(super) const END_OF_MAIL: &str = "the end of the mail";

/// Why a mail was not handed over.
#[derive(Debug, thiserror::Error)]
pub(super) enum SendError {
    /// No address of the server accepts a connection.
    #[error("the mail server cannot be reached: {0}")]
    Unreachable(io::Error),
    /// The server is not there, or does not talk to us: a mail is not what it refuses.
    #[error(transparent)]
    Unavailable(smtp::Error),
    /// The same, and what may be wrong with its address.
    #[error("{error}; {hint}")]
    Unsuited {
        /// What happened.
        error: smtp::Error,
        /// What the address may have to be.
        hint: &'static str,
    },
    /// The server refused this mail, or the connection broke while it was handed over.
    #[error(transparent)]
    Refused(smtp::Error),
    /// The server got the whole mail and did not say whether it took it.
    #[error(transparent)]
    Unanswered(smtp::Error),
    /// The answer is none to what was asked: the conversation is out of step.
    #[error("the mail server answered {code} to {command}")]
    OutOfStep {
        /// What was asked.
        command: &'static str,
        /// What was answered.
        code: u16,
    },
    /// It took too long, whatever the connection was doing.
    #[error("the mail server {step} within {} s", .limit.as_secs_f64())]
    TimedOut {
        /// What the server was waited for.
        step: Step,
        /// How long that may take.
        limit: Duration,
    },
}

impl SendError {
    /// What the server answered, if it did.
    pub(super) fn code(&self) -> Option<u16> {
        match self {
            Self::Unavailable(error)
            | Self::Unsuited { error, .. }
            | Self::Refused(error)
            | Self::Unanswered(error) => error.status().map(u16::from),
            Self::OutOfStep { code, .. } => Some(*code),
            Self::Unreachable(_) | Self::TimedOut { .. } => None,
        }
    }
}
