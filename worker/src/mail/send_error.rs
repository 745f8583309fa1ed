//! Why a mail was not handed over.

use std::error::Error;
use std::time::Duration;
use std::{fmt, io};

use lettre::transport::smtp;

use super::deadline::Deadline;
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
    Unavailable(Failure),
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
    Refused(Failure),
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
            Self::Unavailable(Failure { error, .. })
            | Self::Refused(Failure { error, .. })
            | Self::Unsuited { error, .. }
            | Self::Unanswered(error) => error.status().map(u16::from),
            Self::OutOfStep { code, .. } => Some(*code),
            Self::Unreachable(_) | Self::TimedOut { .. } => None,
        }
    }
}

/// What failed, and at which step.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) error: smtp::Error,
    step: Step,
}

impl Failure {
    /// `error` happened while the server was waited for as `deadline` says.
    pub(super) fn at(deadline: &Deadline, error: smtp::Error) -> Self {
        let step = deadline.step();
        Self { error, step }
    }
}

/// What was refused and the server's reply, or what else happened.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(code) = self.error.status() else {
            return self.error.fmt(f);
        };
        let words = self.error.source().map(ToString::to_string);
        let reply = format!("{code} {}", words.unwrap_or_default());
        let refused = self.step.refused();
        write!(f, "the mail server refused {refused}: {}", reply.trim_end())
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        // A reply is told in full.
        match self.error.status() {
            Some(_) => None,
            None => self.error.source(),
        }
    }
}
