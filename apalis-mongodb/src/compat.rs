//! The calls that are named differently in bson 2 and bson 3.

use mongodb::bson::{self, Bson, Document, RawDocumentBuf};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::BsonError;

#[cfg(feature = "bson-3")]
mod imp {
    pub(super) use mongodb::bson::{
        deserialize_from_bson, deserialize_from_slice, serialize_to_bson, serialize_to_vec,
    };
}

#[cfg(not(feature = "bson-3"))]
mod imp {
    pub(super) use mongodb::bson::{
        from_bson as deserialize_from_bson, from_slice as deserialize_from_slice,
        to_bson as serialize_to_bson, to_vec as serialize_to_vec,
    };
}

pub(crate) fn to_bson<T: Serialize>(value: &T) -> Result<Bson, BsonError> {
    imp::serialize_to_bson(value).map_err(|source| BsonError(Box::new(source)))
}

/// How many bytes `document` has on the wire.
pub(crate) fn encoded_bytes(document: &Document) -> Result<usize, BsonError> {
    let bytes = imp::serialize_to_vec(document).map_err(|source| BsonError(Box::new(source)))?;
    Ok(bytes.len())
}

pub(crate) fn from_bson<T: DeserializeOwned>(value: Bson) -> Result<T, BsonError> {
    imp::deserialize_from_bson(value).map_err(|source| BsonError(Box::new(source)))
}

pub(crate) fn from_raw<T: DeserializeOwned>(raw: &RawDocumentBuf) -> Result<T, BsonError> {
    imp::deserialize_from_slice(raw.as_bytes()).map_err(|source| BsonError(Box::new(source)))
}

/// Binary with the generic subtype.
pub(crate) fn binary(bytes: Vec<u8>) -> Bson {
    Bson::Binary(bson::Binary {
        subtype: bson::spec::BinarySubtype::Generic,
        bytes,
    })
}
