//! Fields of documents that anybody may have written, as the server evaluates them.

use mongodb::bson::{Bson, Document, doc};

use crate::model::field as f;

/// The field if it is a number, which in a foreign document it may not be.
pub(super) fn number(field: &str, otherwise: i32) -> Document {
    doc! { "$cond": [{ "$isNumber": f::path(field) }, f::path(field), otherwise] }
}

/// The field if it has one of `types`.
pub(super) fn of_type(field: &str, types: &[&str], otherwise: impl Into<Bson>) -> Document {
    let is_right = doc! { "$in": [{ "$type": f::path(field) }, types] };
    doc! { "$cond": [is_right, f::path(field), otherwise.into()] }
}

/// The field if it is a list; an empty one otherwise.
pub(super) fn list(field: &str) -> Document {
    doc! { "$cond": [{ "$isArray": f::path(field) }, f::path(field), []] }
}
