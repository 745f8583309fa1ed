//! Where the path broke off.

use std::io;

/// Why a step failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoryError {
    /// No answer at all.
    #[error("{request} got no answer")]
    NoAnswer {
        /// What was asked.
        request: String,
        /// What went wrong.
        #[source]
        source: reqwest::Error,
    },
    /// The wrong status.
    #[error("{request} was answered {status}, not {expected}: {body}")]
    Status {
        /// What was asked.
        request: String,
        /// The status that came.
        status: u16,
        /// The one that should have.
        expected: u16,
        /// The body that came with it.
        body: String,
    },
    /// Something is other than it should be.
    #[error("{what} is {found}, not {expected}")]
    Differs {
        /// What was looked at.
        what: String,
        /// What it is.
        found: String,
        /// What it should be.
        expected: String,
    },
    /// Something is not there.
    #[error("there is no {what} in {place}")]
    Missing {
        /// What was looked for.
        what: String,
        /// Where.
        place: String,
    },
    /// Something did not happen in time.
    #[error("{what} did not happen within {seconds} s; it stands at {state}")]
    Late {
        /// What was waited for.
        what: String,
        /// How long.
        seconds: u64,
        /// How far it got.
        state: String,
    },
    /// A fixture cannot be read.
    #[error("could not read the fixture {name}")]
    Fixture {
        /// Its name.
        name: String,
        /// What went wrong.
        #[source]
        source: io::Error,
    },
}

/// Fails unless `found` is `expected`.
pub(super) fn require<T: PartialEq + std::fmt::Debug>(
    what: &str,
    found: T,
    expected: T,
) -> Result<(), StoryError> {
    if found == expected {
        return Ok(());
    }
    let (found, expected) = (format!("{found:?}"), format!("{expected:?}"));
    Err(StoryError::Differs {
        what: what.into(),
        found,
        expected,
    })
}
