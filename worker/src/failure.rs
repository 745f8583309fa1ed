//! How a job can fail, and what the queue is to make of it.

use std::time::Duration;

use apalis::prelude::{AbortError, BoxDynError, RetryAfterError};
use dossier_common::store::StoreError;

/// A failed attempt. Each conversion states its verdict: trouble of ours is worth another attempt,
/// a mistake that no attempt can mend is not.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JobFailure {
    /// Another attempt may do better, after the queue's back-off.
    #[error("{0}")]
    Retry(#[source] BoxDynError),
    /// Another attempt may do better, after this time.
    #[error("{error}")]
    RetryAfter {
        /// What went wrong.
        #[source]
        error: BoxDynError,
        /// When to try again.
        wait: Duration,
    },
    /// Another attempt may do better, but after so many the job is dead.
    #[error("{error}")]
    RetryAtMost {
        /// What went wrong.
        #[source]
        error: BoxDynError,
        /// How many attempts there are for this kind of trouble.
        attempts: u32,
    },
    /// No attempt can do better: the job is dead at once.
    #[error("{0}")]
    Permanent(#[source] BoxDynError),
}

impl JobFailure {
    /// Another attempt may do better.
    pub fn retry(error: impl Into<BoxDynError>) -> Self {
        Self::Retry(error.into())
    }

    /// Another attempt may do better, unless this was the last of `attempts`.
    pub fn retry_at_most(attempts: u32, error: impl Into<BoxDynError>) -> Self {
        let error = error.into();
        Self::RetryAtMost { error, attempts }
    }

    /// No attempt can do better.
    pub fn permanent(error: impl Into<BoxDynError>) -> Self {
        Self::Permanent(error.into())
    }

    /// The error of attempt number `attempt` in the form the queue reads verdicts from.
    pub fn into_verdict(self, attempt: u32) -> BoxDynError {
        match self {
            Self::RetryAtMost { error, attempts } if attempt >= attempts => {
                AbortError::new(error).into()
            }
            Self::Retry(error) | Self::RetryAtMost { error, .. } => error,
            Self::RetryAfter { error, wait } => RetryAfterError::new(error, wait).into(),
            Self::Permanent(error) => AbortError::new(error).into(),
        }
    }
}

impl From<StoreError> for JobFailure {
    fn from(error: StoreError) -> Self {
        Self::retry(error)
    }
}
