//! For `serialize_with`: instants in RFC 3339, durations in whole milliseconds.

use std::time::Duration;

use mongodb::bson::DateTime;
use serde::{Serialize, Serializer};

use crate::clock::rfc3339;

pub(super) fn required<S: Serializer>(at: &DateTime, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&rfc3339(*at))
}

pub(super) fn optional<S: Serializer>(
    at: &Option<DateTime>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    at.map(rfc3339).serialize(serializer)
}

pub(super) fn millis<S: Serializer>(
    age: &Option<Duration>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let millis = |age: Duration| u64::try_from(age.as_millis()).unwrap_or(u64::MAX);
    age.map(millis).serialize(serializer)
}
