//! The limits of a queue on the wire.

use dossier_common::queue::backend::QueueLimits;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::number::{millis, required_number, whole_number};

/// How fast and how wide a queue may run, over all its workers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = QueueLimits)]
pub struct QueueLimitsResponse {
    /// At most so many jobs run at once.
    #[schema(required, minimum = 1)]
    pub max_running: Option<u32>,
    /// At most so many jobs start in a period.
    #[schema(required)]
    pub rate: Option<RateResponse>,
}

/// At most `starts` jobs start in each period of `per_ms` milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Rate)]
pub struct RateResponse {
    /// How many jobs.
    #[schema(minimum = 1, example = 10)]
    pub starts: u32,
    /// The length of a period.
    #[schema(minimum = 1, example = 1000)]
    pub per_ms: u64,
}

/// The limits that a queue shall have; what is not named has none.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QueueLimitsRequest {
    /// At most so many jobs run at once: 1 to 1,000,000.
    #[serde(default, deserialize_with = "whole_number")]
    #[schema(example = 8, minimum = 1, maximum = 1000000)]
    pub max_running: Option<i64>,
    /// At most so many jobs start in a period.
    #[serde(default)]
    pub rate: Option<RateRequest>,
}

/// At most `starts` jobs start in each period of `per_ms` milliseconds.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RateRequest {
    /// How many jobs: 1 to 1,000,000.
    #[serde(deserialize_with = "required_number")]
    #[schema(example = 10, minimum = 1, maximum = 1000000)]
    pub starts: i64,
    /// The length of a period: 1 ms to a day, a second unless said.
    #[serde(default, deserialize_with = "whole_number")]
    #[schema(example = 1000, minimum = 1, maximum = 86400000)]
    pub per_ms: Option<i64>,
}

impl From<QueueLimits> for QueueLimitsResponse {
    fn from(limits: QueueLimits) -> Self {
        let rate = limits.rate.map(|rate| RateResponse {
            starts: rate.starts,
            per_ms: millis(rate.per),
        });
        Self {
            max_running: limits.max_running,
            rate,
        }
    }
}
