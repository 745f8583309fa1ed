//! How fast and how wide a queue may run, over all its workers.

use std::time::Duration;

use mongodb::bson::{Bson, Document, doc};
use serde::{Serialize, Serializer};

use super::lenient::integer;
use super::time;
use crate::error::Error;

const MAX_RUNNING: &str = "max_running";
const STARTS: &str = "rate";
const PER: &str = "rate_period";
/// The period of a stored rate that names none.
const STORED_WITHOUT_PERIOD: Duration = Duration::from_secs(1);
/// Instants have milliseconds.
const SHORTEST_PERIOD: Duration = Duration::from_millis(1);
/// A rate starts full, so a longer period would let a day's worth of jobs start at once: that is a
/// schedule and no rate.
const LONGEST_PERIOD: Duration = Duration::from_secs(24 * 3600);

/// At most `starts` jobs start in each period of the length `per`.
///
/// A queue that was idle may start `starts` jobs at once; after that one start is granted every
/// `per / starts`.
///
/// ```
/// use std::time::Duration;
/// use apalis_mongodb::Rate;
///
/// assert!(Rate { starts: 100, per: Duration::from_secs(60) }.validate().is_ok());
/// assert!(Rate { starts: 0, per: Duration::from_secs(60) }.validate().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Rate {
    /// Jobs that may start in a period; 1 or more.
    pub starts: u32,
    /// The length of a period, to the millisecond: 1 ms to 1 day. Serialised as `per_ms`.
    #[serde(rename = "per_ms", serialize_with = "whole_millis")]
    pub per: Duration,
}

impl Rate {
    /// Checks that both parts are within their bounds.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRate`].
    pub fn validate(&self) -> Result<(), Error> {
        if self.starts >= 1 && (SHORTEST_PERIOD..=LONGEST_PERIOD).contains(&self.per) {
            Ok(())
        } else {
            Err(Error::InvalidRate {
                starts: self.starts,
                per: self.per,
            })
        }
    }

    /// How long one start takes to be granted.
    pub(crate) fn pace(&self) -> Duration {
        self.per / self.starts.max(1)
    }
}

/// Limits of a queue over all its workers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct QueueLimits {
    /// At most so many jobs run at once. This needs a replica set, whose majority confirms what is
    /// counted. A worker that dies at the very moment of a claim stops the queue for its lease.
    pub max_running: Option<u32>,
    /// At most so many jobs start in a period.
    pub rate: Option<Rate>,
}

/// What changes of a queue's limits: what is `None` stays, and `Some(None)` lifts a limit.
///
/// ```
/// use apalis_mongodb::{LimitsChange, QueueLimits};
///
/// let change = LimitsChange { max_running: Some(Some(8)), ..LimitsChange::default() };
/// assert_eq!(change.of(QueueLimits::default()).max_running, Some(8));
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LimitsChange {
    /// How many jobs may run at once.
    pub max_running: Option<Option<u32>>,
    /// How many may start in a period.
    pub rate: Option<Option<Rate>>,
}

impl LimitsChange {
    /// What becomes of `limits`.
    #[must_use]
    pub fn of(&self, limits: QueueLimits) -> QueueLimits {
        QueueLimits {
            max_running: self.max_running.unwrap_or(limits.max_running),
            rate: self.rate.unwrap_or(limits.rate),
        }
    }

    /// The stored fields that change.
    pub(crate) fn to_stored(self) -> Document {
        let mut stored = Document::new();
        if let Some(most) = self.max_running {
            stored.insert(MAX_RUNNING, most.map(i64::from));
        }
        if let Some(rate) = self.rate {
            stored.insert(STARTS, rate.map(|rate| i64::from(rate.starts)));
            stored.insert(PER, rate.map(|rate| time::millis(rate.per)));
        }
        stored
    }
}

impl QueueLimits {
    /// How long one start takes to be granted.
    pub(crate) fn pace(&self) -> Option<Duration> {
        self.rate.map(|rate| rate.pace())
    }

    /// The stored form, which has been the same since the first version.
    pub(crate) fn to_stored(self) -> Document {
        let mut stored = doc! { MAX_RUNNING: self.max_running.map(i64::from) };
        if let Some(rate) = self.rate {
            stored.insert(STARTS, i64::from(rate.starts));
            stored.insert(PER, time::millis(rate.per));
        }
        stored
    }

    /// What a queue's document says; `None` if it cannot be read.
    pub(crate) fn from_stored(stored: &Bson) -> Option<Self> {
        let stored = match stored {
            Bson::Null => return Some(Self::default()),
            stored => stored.as_document()?,
        };
        let starts = optional_u32(stored.get(STARTS))?;
        let per = match stored.get(PER) {
            None | Some(Bson::Null) => 0,
            Some(per) => u64::try_from(integer(per)?).ok()?,
        };
        let per = match per {
            0 => STORED_WITHOUT_PERIOD,
            millis => Duration::from_millis(millis),
        };
        Some(Self {
            max_running: optional_u32(stored.get(MAX_RUNNING))?,
            rate: starts.map(|starts| Rate { starts, per }),
        })
    }
}

/// `Some(None)` for what is not there, `None` for what is no such number.
fn optional_u32(stored: Option<&Bson>) -> Option<Option<u32>> {
    match stored {
        None | Some(Bson::Null) => Some(None),
        Some(number) => Some(Some(u32::try_from(integer(number)?).ok()?)),
    }
}

fn whole_millis<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_i64(time::millis(*duration))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(stored: Document) -> Option<QueueLimits> {
        QueueLimits::from_stored(&Bson::Document(stored))
    }

    #[test]
    fn what_is_stored_is_read_again() {
        let rate = Rate {
            starts: 5,
            per: Duration::from_millis(500),
        };
        for rate in [None, Some(rate)] {
            for max_running in [None, Some(3)] {
                let limits = QueueLimits { max_running, rate };
                assert_eq!(read(limits.to_stored()), Some(limits));
            }
        }
    }

    #[test]
    fn what_earlier_versions_stored_is_read() {
        let a_second = Rate {
            starts: 5,
            per: Duration::from_secs(1),
        };
        let stored = doc! { "max_running": Bson::Null, "rate": 5_i64, "rate_period": 0_i64 };
        assert_eq!(read(stored).and_then(|it| it.rate), Some(a_second));
        let stored = doc! { "max_running": 3_i64, "rate": Bson::Null, "rate_period": 0_i64 };
        assert_eq!(read(stored).map(|it| it.rate), Some(None));
        assert_eq!(read(doc! {}), Some(QueueLimits::default()));
    }

    #[test]
    fn what_is_no_limit_is_not_read_as_one() {
        for stored in [
            doc! { "rate": "5" },
            doc! { "rate": -5 },
            doc! { "rate": 5, "rate_period": "long" },
            doc! { "max_running": 1_i64 << 40 },
        ] {
            assert_eq!(read(stored.clone()), None, "{stored}");
        }
    }

    #[test]
    fn a_rate_without_starts_or_with_an_impossible_period_is_refused() {
        let day = LONGEST_PERIOD;
        let rate = |starts, per| Rate { starts, per }.validate();
        assert!(rate(1, SHORTEST_PERIOD).is_ok() && rate(u32::MAX, day).is_ok());
        for (starts, per) in [
            (0, day),
            (1, Duration::ZERO),
            (1, Duration::from_micros(999)),
            (1, day + SHORTEST_PERIOD),
            (1, Duration::MAX),
        ] {
            let refused = rate(starts, per);
            assert!(matches!(refused, Err(Error::InvalidRate { .. })), "{per:?}");
        }
    }
}
