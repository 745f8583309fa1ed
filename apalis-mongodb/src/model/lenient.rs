//! Reads fields of documents that anybody may have written: what is not as it should be is not
//! there.

use mongodb::bson::{Bson, DateTime, RawBsonRef, RawDocument};

use super::id;

/// A document's fields, each read by itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields<'a>(pub(crate) &'a RawDocument);

impl<'a> Fields<'a> {
    fn raw(self, field: &str) -> Option<RawBsonRef<'a>> {
        self.0.get(field).ok().flatten()
    }

    /// The value, whatever it is.
    pub(crate) fn value(self, field: &str) -> Option<Bson> {
        Bson::try_from(self.raw(field)?).ok()
    }

    pub(crate) fn text(self, field: &str) -> Option<String> {
        self.raw(field)?.as_str().map(str::to_owned)
    }

    pub(crate) fn date(self, field: &str) -> Option<DateTime> {
        self.raw(field)?.as_datetime()
    }

    pub(crate) fn bool(self, field: &str) -> Option<bool> {
        self.raw(field)?.as_bool()
    }

    pub(crate) fn integer(self, field: &str) -> Option<i64> {
        match self.raw(field)? {
            RawBsonRef::Int32(n) => Some(n.into()),
            RawBsonRef::Int64(n) => Some(n),
            _ => None,
        }
    }

    /// The number, 0 if there is none, and the nearest there is if it is out of range.
    pub(crate) fn count(self, field: &str) -> u32 {
        count(self.integer(field).unwrap_or(0))
    }

    /// The elements of a list; of anything else there are none.
    pub(crate) fn list(self, field: &str) -> Vec<Bson> {
        match self.value(field) {
            Some(Bson::Array(list)) => list,
            _ => Vec::new(),
        }
    }

    /// The id as it is told in errors.
    pub(crate) fn told_id(self) -> String {
        self.value(super::field::ID)
            .map_or_else(|| "?".to_owned(), |value| id::told(&value))
    }

    /// The id as it is shown.
    pub(crate) fn id(self) -> String {
        match self.value(super::field::ID) {
            Some(value) => id::shown(&value),
            None => "?".to_owned(),
        }
    }
}

/// `stored` as a number that is not negative.
pub(crate) fn count(stored: i64) -> u32 {
    u32::try_from(stored.max(0)).unwrap_or(u32::MAX)
}

/// The whole number that `value` is.
pub(crate) fn integer(value: &Bson) -> Option<i64> {
    match value {
        Bson::Int32(n) => Some((*n).into()),
        Bson::Int64(n) => Some(*n),
        _ => None,
    }
}
