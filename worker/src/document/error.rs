//! Failures of the inspector, as opposed to defects of the file.

use std::io;

/// Why there is no verdict. It says nothing about the file; the inspection may be tried again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InspectError {
    /// The stored bytes could not be read.
    #[error("the stored file could not be read")]
    Io(#[source] io::Error),
    /// The inspection was cancelled, for instance because it took too long.
    #[error("the inspection was cancelled")]
    Cancelled,
}

impl InspectError {
    /// The stable code to show where a verdict's code would be.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Io(_) => "INTERNAL",
            Self::Cancelled => "TIMEOUT",
        }
    }

    /// The sentence for people.
    #[must_use]
    pub const fn message(&self) -> &'static str {
        "We could not check the file. Please try again."
    }
}
