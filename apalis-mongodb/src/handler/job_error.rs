//! [`JobError`]: how a handler says what is to become of its job.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use apalis_core::error::BoxDynError;

/// Why a handler did not finish its job, and what is to become of that.
///
/// `?` turns any error into [`JobError::Retry`]; the others have to be named. Like
/// `anyhow::Error` it is not itself a [`std::error::Error`], and becomes one when it is returned.
///
/// ```
/// use std::time::Duration;
/// use apalis_mongodb::JobError;
///
/// async fn import(path: String) -> Result<(), JobError> {
///     let Ok(text) = std::fs::read_to_string(&path) else {
///         // It is not there yet; that is no failure.
///         return Err(JobError::Snooze(Duration::from_secs(60)));
///     };
///     let _lines: usize = text.trim().parse().map_err(JobError::abort)?;
///     std::fs::remove_file(&path)?;
///     Ok(())
/// }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum JobError {
    /// The attempt failed. Another one follows after the job's back-off, if it has any left.
    Retry(BoxDynError),
    /// The attempt failed for something that says when it will be over, such as a server's
    /// `Retry-After`. The job runs again after this time. No attempt is counted, and the back-off of
    /// later failures does not grow.
    RetryAfter(BoxDynError, Duration),
    /// No attempt can do better: the job is dead.
    Abort(BoxDynError),
    /// Nothing failed, but it is too early: the job runs again after this time. No attempt is
    /// counted. After [`Config::max_snoozes`](crate::Config::max_snoozes) times, those of
    /// [`JobError::RetryAfter`] included, the job is dead.
    Snooze(Duration),
}

impl JobError {
    /// Another attempt may do better: [`JobError::Retry`].
    pub fn retry(error: impl Into<BoxDynError>) -> Self {
        Self::Retry(error.into())
    }

    /// Another attempt may do better in a while: [`JobError::RetryAfter`].
    pub fn retry_after(error: impl Into<BoxDynError>, wait: Duration) -> Self {
        Self::RetryAfter(error.into(), wait)
    }

    /// No attempt can do better: [`JobError::Abort`].
    pub fn abort(error: impl Into<BoxDynError>) -> Self {
        Self::Abort(error.into())
    }
}

impl fmt::Display for JobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Retry(error) | Self::RetryAfter(error, _) | Self::Abort(error) => error.fmt(f),
            Self::Snooze(wait) => write!(f, "put off for {wait:?}"),
        }
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for JobError {
    fn from(error: E) -> Self {
        Self::Retry(Box::new(error))
    }
}

impl From<JobError> for BoxDynError {
    fn from(error: JobError) -> Self {
        match error {
            // The usual back-off is what any error gets.
            JobError::Retry(error) => error,
            verdict => Box::new(Carried(verdict)),
        }
    }
}

/// A [`JobError`] on its way through the layers.
#[derive(Debug)]
pub(super) struct Carried(pub(super) JobError);

impl fmt::Display for Carried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl StdError for Carried {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0 {
            JobError::Retry(error) | JobError::RetryAfter(error, _) | JobError::Abort(error) => {
                Some(error.as_ref())
            }
            JobError::Snooze(_) => None,
        }
    }
}
