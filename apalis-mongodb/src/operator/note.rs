//! What an operator leaves in the log of a job that they change.

use mongodb::bson::{Document, doc};

use super::expressions::{list, of_type};
use crate::model::field as f;
use crate::queries::report::{MAX_LINE_CHARS, MAX_LINES};

/// What stands under which key in an entry of a log.
const KEY: &str = "key";

/// A line that is left in the log of each job that is changed, in the same write. It says who changed the
/// job and what for, and keeps the same change from being made twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What names the change. A job whose log has a line with this key is left alone.
    pub key: String,
    /// The line; it is cut after 2000 characters.
    pub line: String,
}

impl Note {
    /// Which jobs have no line of this change yet.
    pub(super) fn is_missing(&self) -> Document {
        doc! { path(): { "$ne": &self.key } }
    }

    /// The write of the line. What another program keeps in the place of a log stays as it is.
    pub(super) fn stage(&self) -> Document {
        let line: String = self.line.chars().take(MAX_LINE_CHARS).collect();
        let entry = doc! {
            "at": "$$NOW",
            "attempt": of_type(f::ATTEMPTS, &["int", "long"], 0),
            "line": { "$literal": line },
            KEY: { "$literal": &self.key },
        };
        let extended = doc! { "$concatArrays": [list(f::LOG), [entry]] };
        let extended = doc! { "$slice": [extended, -MAX_LINES] };
        let log = f::path(f::LOG);
        let is_log = doc! { "$in": [{ "$type": &log }, ["array", "missing"]] };
        doc! { "$set": { f::LOG: { "$cond": [is_log, extended, log] } } }
    }
}

/// Which jobs have a line of the change that `key` names.
pub(super) fn is_noted(key: &str) -> Document {
    doc! { path(): key }
}

fn path() -> String {
    format!("{}.{KEY}", f::LOG)
}
