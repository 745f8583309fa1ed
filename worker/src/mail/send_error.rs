//! Why a mail was not handed over.

use std::io;
use std::time::Duration;

use lettre::transport::smtp;

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
    /// Something else took too long.
    #[error("the mail server did not take the mail within {} s", .0.as_secs_f64())]
    TimedOut(Duration),
}

impl SendError {
    /// What the server answered, if it did.
    pub(super) fn code(&self) -> Option<u16> {
        match self {
            Self::Unavailable(error) | Self::Refused(error) | Self::Unanswered(error) => {
                error.status().map(u16::from)
            }
            Self::OutOfStep { code, .. } => Some(*code),
            Self::Unreachable(_) | Self::TimedOut(_) => None,
        }
    }
}
