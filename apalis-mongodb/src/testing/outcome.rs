//! How a case ends.

use std::fmt;

/// How a case ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The backend does what the case's sentence says.
    Passed,
    /// It does not; what was seen instead.
    Failed(String),
    /// The case does not apply, or its subject lacks a hook; why.
    Unsupported(String),
}

impl Outcome {
    /// Whether the backend does what the case's sentence says.
    #[must_use]
    pub fn is_passed(&self) -> bool {
        *self == Self::Passed
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed => f.write_str("passed"),
            Self::Failed(reason) => write!(f, "failed: {reason}"),
            Self::Unsupported(reason) => write!(f, "unsupported: {reason}"),
        }
    }
}

/// Why a case did not pass. Every error becomes one with `?`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CaseError {
    /// Something went otherwise than it should.
    Failed(String),
    /// This subject cannot be asked that.
    Unsupported(String),
}

impl CaseError {
    /// Something went otherwise than it should.
    #[must_use]
    pub fn failed(reason: impl fmt::Display) -> Self {
        Self::Failed(reason.to_string())
    }

    /// This subject cannot be asked that.
    #[must_use]
    pub fn unsupported(reason: impl fmt::Display) -> Self {
        Self::Unsupported(reason.to_string())
    }
}

impl<E: std::error::Error> From<E> for CaseError {
    fn from(error: E) -> Self {
        Self::failed(error)
    }
}

impl From<Result<(), CaseError>> for Outcome {
    fn from(verdict: Result<(), CaseError>) -> Self {
        match verdict {
            Ok(()) => Self::Passed,
            Err(CaseError::Failed(reason)) => Self::Failed(reason),
            Err(CaseError::Unsupported(reason)) => Self::Unsupported(reason),
        }
    }
}

/// Fails a case with a message unless the condition holds.
macro_rules! require {
    ($condition:expr, $($message:tt)+) => {
        if !$condition {
            return Err($crate::testing::CaseError::Failed(format!($($message)+)));
        }
    };
}
pub(super) use require;
