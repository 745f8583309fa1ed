//! Numbers in bodies.

use std::fmt;
use std::time::Duration;

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

/// A whole number however it is written: `60`, `60.0` and `6e1` are the same to JSON and JSON Schema.
/// One beyond the bounds of `i64` becomes the bound, so that the field's own rule is told.
struct WholeNumber(i64);

impl<'de> Deserialize<'de> for WholeNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Number;

        impl Visitor<'_> for Number {
            type Value = WholeNumber;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number")
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<WholeNumber, E> {
                Ok(WholeNumber(number))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<WholeNumber, E> {
                Ok(WholeNumber(i64::try_from(number).unwrap_or(i64::MAX)))
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<WholeNumber, E> {
                if number.fract() != 0.0 {
                    return Err(E::invalid_type(Unexpected::Float(number), &self));
                }
                // Exact up to 2^53, which is beyond the rule of every field.
                Ok(WholeNumber(number as i64))
            }
        }

        deserializer.deserialize_i64(Number)
    }
}

/// For `deserialize_with`: a whole number, or nothing.
pub(super) fn whole_number<'de, D>(deserializer: D) -> Result<Option<i64>, D::Error>
where
    D: Deserializer<'de>,
{
    let number: Option<WholeNumber> = Option::deserialize(deserializer)?;
    Ok(number.map(|it| it.0))
}

/// For `deserialize_with`: a whole number.
pub(super) fn required_number<'de, D>(deserializer: D) -> Result<i64, D::Error>
where
    D: Deserializer<'de>,
{
    WholeNumber::deserialize(deserializer).map(|it| it.0)
}

/// A duration in whole milliseconds.
pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
