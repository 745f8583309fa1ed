//! How payloads are stored: as native BSON unless another codec is chosen.

use apalis_core::backend::codec::Codec;
use mongodb::bson::Bson;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::compat;
use crate::error::BsonError;
use crate::opaque;

/// Stores payloads as native documents: readable in a shell, writable from other languages.
///
/// A payload arrives as it was sent, whatever its keys are: a map or a struct with a key such as `$oid`
/// is a document like any other, while an `ObjectId` and the other types of the bson crate are stored
/// as what they are. For a payload that *has* a `Bson` or a `Document` in it, use
/// `MongoStorage<Bson>` or `MongoStorage<Document>`: the bson crate's own `Deserialize` for a field of these types
/// takes `{"$oid": …}` in it for extended JSON.
#[derive(Debug, Clone, Copy, Default)]
pub struct BsonCodec;

impl<T: Serialize + DeserializeOwned + 'static> Codec<T> for BsonCodec {
    type Error = BsonError;
    type Compact = Bson;

    fn encode(&self, value: &T) -> Result<Bson, BsonError> {
        opaque::encode(value)
    }

    fn decode(&self, stored: &Bson) -> Result<T, BsonError> {
        opaque::decode(stored.clone())
    }
}

/// A wire format a job document can hold.
pub trait MongoCompact: Send + Sync + Sized + 'static {
    /// The stored form.
    ///
    /// # Errors
    ///
    /// When the value has none.
    fn into_stored(self) -> Result<Bson, BsonError>;

    /// The wire form.
    ///
    /// # Errors
    ///
    /// When the stored value is of another type.
    fn from_stored(stored: Bson) -> Result<Self, BsonError>;
}

impl MongoCompact for Bson {
    fn into_stored(self) -> Result<Bson, BsonError> {
        Ok(self)
    }

    fn from_stored(stored: Bson) -> Result<Self, BsonError> {
        Ok(stored)
    }
}

impl MongoCompact for Vec<u8> {
    fn into_stored(self) -> Result<Bson, BsonError> {
        Ok(compat::binary(self))
    }

    fn from_stored(stored: Bson) -> Result<Self, BsonError> {
        match stored {
            Bson::Binary(binary) => Ok(binary.bytes),
            other => Err(mismatch("binary", &other)),
        }
    }
}

impl MongoCompact for String {
    fn into_stored(self) -> Result<Bson, BsonError> {
        Ok(Bson::String(self))
    }

    fn from_stored(stored: Bson) -> Result<Self, BsonError> {
        match stored {
            Bson::String(text) => Ok(text),
            other => Err(mismatch("string", &other)),
        }
    }
}

impl MongoCompact for serde_json::Value {
    fn into_stored(self) -> Result<Bson, BsonError> {
        opaque::encode(&self)
    }

    fn from_stored(stored: Bson) -> Result<Self, BsonError> {
        opaque::decode(stored)
    }
}

fn mismatch(expected: &str, found: &Bson) -> BsonError {
    let found = found.element_type();
    BsonError(format!("expected {expected}, found {found:?}").into())
}
