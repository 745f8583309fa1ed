//! A queue that is parked: what its jobs need is not there.

use std::time::Duration;

use mongodb::bson::{Bson, DateTime};
use serde::{Serialize, Serializer};

use super::lenient::integer;
use super::{Rate, time};

pub(crate) const SINCE: &str = "since";
pub(crate) const REASON: &str = "reason";
pub(crate) const PROBE_MS: &str = "probe_ms";

/// Why and since when a queue is parked: one job starts in each period, to see whether what the jobs
/// need is there again.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Parking {
    /// Since when.
    #[serde(serialize_with = "time::required")]
    pub since: DateTime,
    /// Why.
    pub reason: String,
    /// How long it is from the start of one job to that of the next. Serialised as `probe_ms`.
    #[serde(rename = "probe_ms", serialize_with = "whole_millis")]
    pub probe_every: Duration,
}

impl Parking {
    /// Since `since`, for this `reason`, with one job started in each `probe_every`.
    #[must_use]
    pub fn new(since: DateTime, reason: impl Into<String>, probe_every: Duration) -> Self {
        let reason = reason.into();
        Self {
            since,
            reason,
            probe_every,
        }
    }

    /// What a queue's document says; `None` if it is not parked, or that cannot be read.
    pub(crate) fn from_stored(stored: &Bson) -> Option<Self> {
        let stored = stored.as_document()?;
        let millis = u64::try_from(integer(stored.get(PROBE_MS)?)?).ok()?;
        Some(Self {
            since: *stored.get_datetime(SINCE).ok()?,
            reason: stored.get_str(REASON).ok()?.to_owned(),
            probe_every: Duration::from_millis(millis.max(1)),
        })
    }

    /// How fast the queue runs meanwhile.
    pub(crate) fn rate(&self) -> Rate {
        Rate {
            starts: 1,
            per: self.probe_every,
        }
    }
}

fn whole_millis<S: Serializer>(period: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_i64(time::millis(*period))
}
