//! How long a failed job waits before its next attempt.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::Error;

/// The delay between a failed attempt and the next one.
///
/// It is kept in the store: the job sleeps there and holds no worker.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RetryStrategy {
    /// No second attempt: the first failure makes the job dead.
    None,
    /// The same delay every time.
    Fixed(#[serde(with = "crate::model::millis")] Duration),
    /// `base * factor^(attempt - 1)`, at most `max`, give or take `jitter`.
    Exponential {
        /// Delay after the first failed attempt.
        #[serde(with = "crate::model::millis")]
        base: Duration,
        /// Growth from one attempt to the next; 2.0 doubles.
        factor: f64,
        /// Upper bound of the delay, before jitter.
        #[serde(with = "crate::model::millis")]
        max: Duration,
        /// Share of the delay that is random, 0.0 to 1.0.
        jitter: f64,
    },
}

impl Default for RetryStrategy {
    fn default() -> Self {
        Self::Exponential {
            base: Duration::from_secs(10),
            factor: 2.0,
            max: Duration::from_secs(3600),
            jitter: 0.2,
        }
    }
}

impl RetryStrategy {
    /// Refuses numbers that are none.
    pub(crate) fn validate(&self) -> Result<(), Error> {
        let Self::Exponential { factor, jitter, .. } = *self else {
            return Ok(());
        };
        if factor.is_finite() && (0.0..=1.0).contains(&jitter) {
            return Ok(());
        }
        Err(Error::InvalidConfig(format!(
            "a back-off with factor {factor} and jitter {jitter}: the factor has to be a finite number, the jitter 0 to 1"
        )))
    }

    /// The delay after the failed `attempt` (1 is the first), or `None` when there is to be no
    /// other attempt. `random` is uniform in 0.0..1.0.
    #[must_use]
    pub fn delay(&self, attempt: u32, random: f64) -> Option<Duration> {
        match *self {
            Self::None => None,
            Self::Fixed(delay) => Some(delay),
            Self::Exponential {
                base,
                factor,
                max,
                jitter,
            } => {
                let exponent = f64::from(attempt.saturating_sub(1));
                let ceiling = max.as_secs_f64();
                let grown = (base.as_secs_f64() * factor.max(1.0).powf(exponent)).min(ceiling);
                let spread = jitter.clamp(0.0, 1.0) * (2.0 * random.clamp(0.0, 1.0) - 1.0);
                let seconds = (grown * (1.0 + spread)).max(0.0);
                // Only what is longer than a duration can be fails here.
                Some(Duration::try_from_secs_f64(seconds).unwrap_or(max))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exponential(jitter: f64) -> RetryStrategy {
        RetryStrategy::Exponential {
            base: Duration::from_secs(10),
            factor: 2.0,
            max: Duration::from_secs(60),
            jitter,
        }
    }

    #[test]
    fn an_exponential_delay_grows_up_to_its_maximum() {
        let delays: Vec<_> = (1..=5)
            .map(|attempt| exponential(0.0).delay(attempt, 0.5).map(|d| d.as_secs()))
            .collect();
        assert_eq!(delays, [10, 20, 40, 60, 60].map(Some));
    }

    #[test]
    fn jitter_spreads_both_ways_around_the_delay() {
        let strategy = exponential(0.5);
        assert_eq!(strategy.delay(1, 0.0), Some(Duration::from_secs(5)));
        assert_eq!(strategy.delay(1, 1.0), Some(Duration::from_secs(15)));
    }

    #[test]
    fn a_huge_attempt_number_stays_at_the_maximum() {
        assert_eq!(
            exponential(0.0).delay(u32::MAX, 0.5),
            Some(Duration::from_secs(60))
        );
    }

    #[test]
    fn bounds_without_sense_give_a_delay_all_the_same() {
        let strategy = |factor, jitter, max| RetryStrategy::Exponential {
            base: Duration::MAX,
            factor,
            max,
            jitter,
        };
        for factor in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, 2.0] {
            for jitter in [f64::NAN, f64::INFINITY, -1.0, 1.0] {
                for max in [Duration::ZERO, Duration::MAX] {
                    for random in [0.0, 1.0, f64::NAN] {
                        let delay = strategy(factor, jitter, max).delay(u32::MAX, random);
                        assert!(delay.is_some());
                    }
                }
            }
        }
    }

    #[test]
    fn no_strategy_means_no_second_attempt() {
        assert_eq!(RetryStrategy::None.delay(1, 0.5), None);
    }
}
