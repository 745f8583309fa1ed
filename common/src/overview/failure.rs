//! A failed job in the overview.

use apalis_mongodb::JobState;
use apalis_mongodb::operator::RecentFailure;
use mongodb::bson::DateTime;
use serde::Serialize;

use super::instant;

/// A job whose last attempt failed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FailureOverview {
    /// Which.
    pub id: String,
    /// Its queue.
    pub queue: String,
    /// Dead, or waiting for another attempt.
    pub state: JobState,
    /// When the attempt ended.
    #[serde(serialize_with = "instant::required")]
    pub at: DateTime,
    /// How many attempts were made, of
    pub attempts: u32,
    /// so many.
    pub max_attempts: u32,
    /// What went wrong.
    pub error: String,
}

impl FailureOverview {
    pub(super) fn of(failure: RecentFailure) -> Self {
        Self {
            id: failure.id,
            queue: failure.queue,
            state: failure.state,
            at: failure.at,
            attempts: failure.attempts,
            max_attempts: failure.max_attempts,
            error: failure.error,
        }
    }
}
