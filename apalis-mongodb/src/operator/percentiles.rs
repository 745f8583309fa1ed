//! Percentiles of durations.

use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::model::time;

/// How long something took: of a hundred, 50 took no longer than `p50`. Serialises as whole milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Percentiles {
    /// Half of them took no longer.
    #[serde(rename = "p50_ms", serialize_with = "whole_millis")]
    pub p50: Duration,
    /// Nine of ten took no longer.
    #[serde(rename = "p90_ms", serialize_with = "whole_millis")]
    pub p90: Duration,
    /// 99 of a hundred took no longer.
    #[serde(rename = "p99_ms", serialize_with = "whole_millis")]
    pub p99: Duration,
    /// None took longer.
    #[serde(rename = "max_ms", serialize_with = "whole_millis")]
    pub max: Duration,
}

impl Percentiles {
    /// Of durations in milliseconds; `None` of none. A clock that was set back makes a negative one,
    /// which counts as 0.
    pub(super) fn of(mut millis: Vec<i64>) -> Option<Self> {
        millis.sort_unstable();
        let last = millis.len().checked_sub(1)?;
        let at = |percent: usize| {
            let rank = (millis.len() * percent).div_ceil(100);
            let millis = millis.get(rank.saturating_sub(1).min(last));
            Duration::from_millis(millis.map_or(0, |it| u64::try_from(*it).unwrap_or(0)))
        };
        Some(Self {
            p50: at(50),
            p90: at(90),
            p99: at(99),
            max: at(100),
        })
    }
}

fn whole_millis<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_i64(time::millis(*duration))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_durations() {
        let millis = Duration::from_millis;
        let found = Percentiles::of((1..=200).rev().collect()).expect("there are some");
        assert_eq!((found.p50, found.p90), (millis(100), millis(180)));
        assert_eq!((found.p99, found.max), (millis(198), millis(200)));
        let one = Percentiles::of(vec![7]).expect("there is one");
        assert_eq!((one.p50, one.max), (millis(7), millis(7)));
        let negative = Percentiles::of(vec![-5]).expect("there is one");
        assert_eq!(negative.max, Duration::ZERO);
        assert_eq!(Percentiles::of(Vec::new()), None);
    }
}
