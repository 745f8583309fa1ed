//! Users' values to BSON and back, as they are.
//!
//! The bson crate writes its own types, such as `ObjectId`, as structs with names such as `$oid`, so
//! that any serialiser of serde can carry them; and its own serialiser then takes every map and
//! struct that has such a *field* for one of them: `{"$numberLong": "5"}` becomes a number, and
//! `{"$oid": "no"}` cannot be read as a [`Bson`] any more. A payload has to arrive as it was sent.
//! So values are written by a serialiser that goes by the struct's *name*, which only the bson crate
//! uses, and what is read as a [`Bson`] or a [`Document`] is handed over instead of deserialised.

mod compound;
mod serializer;
mod typed;

use std::any::{Any, TypeId};

use mongodb::bson::{Bson, Document, RawBson};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};

use self::serializer::Encoder;
use crate::compat;
use crate::error::BsonError;

/// How many documents and arrays a value may have within each other: MongoDB stores documents of
/// 180 levels, and the job's own is one of them.
pub(crate) const MAX_LEVELS: usize = 179;

/// What is stored for `value`.
pub(crate) fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Bson, BsonError> {
    value.serialize(Encoder::new())
}

/// The value that was stored as `stored`.
///
/// The bson crate looks for extended JSON also when it deserialises a [`Bson`] or a [`Document`];
/// those, and lists of them, are taken as they are. A field of such a type deep in `T` is beyond
/// reach.
pub(crate) fn decode<T: DeserializeOwned + 'static>(stored: Bson) -> Result<T, BsonError> {
    let wanted = TypeId::of::<T>();
    match stored {
        stored if wanted == TypeId::of::<Bson>() => same(stored),
        Bson::Document(document) if wanted == TypeId::of::<Document>() => same(document),
        Bson::Array(items) if wanted == TypeId::of::<Vec<Bson>>() => same(items),
        Bson::Array(items) if wanted == TypeId::of::<Vec<Document>>() => {
            let documents = items.into_iter().map(decode::<Document>);
            same(documents.collect::<Result<Vec<_>, _>>()?)
        }
        stored => compat::from_bson(stored),
    }
}

/// `value`, which is a `T`.
fn same<V: 'static, T: 'static>(value: V) -> Result<T, BsonError> {
    let value: Box<dyn Any> = Box::new(value);
    let same = value.downcast::<T>();
    same.map(|value| *value)
        .map_err(|_| BsonError("expected another type".into()))
}

/// For a field of a stored document that holds a user's value.
pub(crate) fn field<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bson, D::Error> {
    let raw = RawBson::deserialize(deserializer)?;
    raw.try_into().map_err(serde::de::Error::custom)
}

/// As [`field`]; nothing was stored for one that is null.
pub(crate) fn optional_field<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Bson>, D::Error> {
    let value = field(deserializer)?;
    Ok((value != Bson::Null).then_some(value))
}

/// Refuses a value that nests deeper than [`MAX_LEVELS`].
pub(crate) fn check_levels(value: &Bson) -> Result<(), BsonError> {
    // A list of what is to be looked at and not a recursion, for that would need the stack that the
    // depth is to be kept from using up.
    let mut waiting = vec![(value, 1)];
    while let Some((value, level)) = waiting.pop() {
        let within = |inner| (inner, level + 1);
        match value {
            Bson::Document(document) => waiting.extend(document.values().map(within)),
            Bson::JavaScriptCodeWithScope(code) => waiting.extend(code.scope.values().map(within)),
            Bson::Array(items) => waiting.extend(items.iter().map(within)),
            _ => continue,
        }
        if level > MAX_LEVELS {
            return Err(too_deep());
        }
    }
    Ok(())
}

fn too_deep() -> BsonError {
    BsonError(Box::new(TooDeep))
}

/// A value that MongoDB could not store.
#[derive(Debug, thiserror::Error)]
#[error("the value has more than {MAX_LEVELS} documents and arrays within each other")]
pub(crate) struct TooDeep;
