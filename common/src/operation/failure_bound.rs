//! When an operation stops by itself.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The share of failures that stops an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailureBound {
    /// It stops when more than so many of a hundred jobs have failed; 0 to 100.
    pub percent: i32,
    /// Not before so many have ended.
    pub at_least: i32,
}

/// Why a text is no bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a whole number from 0 to 100, which is a percentage, or `off`")]
pub struct ParseFailureBoundError;

impl Default for FailureBound {
    fn default() -> Self {
        Self::of_percent(50)
    }
}

impl FailureBound {
    /// Half of the jobs, or another share; after ten that have ended.
    pub const fn of_percent(percent: i32) -> Self {
        Self {
            percent,
            at_least: 10,
        }
    }

    /// Whether it is passed when `failed` of `ended` jobs have failed.
    pub fn is_passed(self, ended: i64, failed: i64) -> bool {
        let share = failed.saturating_mul(100);
        ended >= i64::from(self.at_least) && share > ended.saturating_mul(self.percent.into())
    }

    /// What an operator types: a percentage, or `off` for none.
    ///
    /// # Errors
    ///
    /// [`ParseFailureBoundError`] for anything else.
    pub fn parse(text: &str) -> Result<Option<Self>, ParseFailureBoundError> {
        match text {
            "off" => Ok(None),
            _ => text.parse().map(Some),
        }
    }
}

impl FromStr for FailureBound {
    type Err = ParseFailureBoundError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = text.strip_suffix('%').unwrap_or(text).parse::<i32>().ok();
        let number = number.filter(|percent| (0..=100).contains(percent));
        number.map(Self::of_percent).ok_or(ParseFailureBoundError)
    }
}

impl fmt::Display for FailureBound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} %", self.percent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_passed_by_more_than_the_share_and_not_by_the_first_few() {
        let half = FailureBound::default();
        assert!(!half.is_passed(9, 9), "too few have ended");
        assert!(!half.is_passed(10, 5));
        assert!(half.is_passed(10, 6));
        assert!(FailureBound::of_percent(0).is_passed(100, 1));
        assert!(!FailureBound::of_percent(100).is_passed(100, 100));
    }

    #[test]
    fn a_bound_is_a_percentage_or_off() {
        assert_eq!(FailureBound::parse("off"), Ok(None));
        let ten = Some(FailureBound::of_percent(10));
        assert_eq!(FailureBound::parse("10"), Ok(ten));
        assert_eq!(FailureBound::parse("10%"), Ok(ten));
        for wrong in ["", "101", "-1", "half"] {
            assert!(FailureBound::parse(wrong).is_err(), "{wrong}");
        }
    }
}
