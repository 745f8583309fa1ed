//! How payloads are stored: as native BSON unless another codec is chosen.

use apalis_core::backend::codec::Codec;
use mongodb::bson::Bson;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::compat;
use crate::error::BsonError;

/// Stores payloads as native documents: readable in a shell, writable from other languages.
#[derive(Debug, Clone, Copy, Default)]
pub struct BsonCodec;

impl<T: Serialize + DeserializeOwned> Codec<T> for BsonCodec {
    type Error = BsonError;
    type Compact = Bson;

    fn encode(&self, value: &T) -> Result<Bson, BsonError> {
        compat::to_bson(value)
    }

    fn decode(&self, stored: &Bson) -> Result<T, BsonError> {
        compat::from_bson(stored.clone())
    }
}

/// A wire format a job document can hold.
pub trait MongoCompact: Send + Sync + Sized + 'static {
    /// The stored form.
    fn into_stored(self) -> Bson;

    /// The wire form.
    ///
    /// # Errors
    ///
    /// When the stored value is of another type.
    fn from_stored(stored: Bson) -> Result<Self, BsonError>;
}

impl MongoCompact for Bson {
    fn into_stored(self) -> Bson {
        self
    }

    fn from_stored(stored: Bson) -> Result<Self, BsonError> {
        Ok(stored)
    }
}

impl MongoCompact for Vec<u8> {
    fn into_stored(self) -> Bson {
        compat::binary(self)
    }

    fn from_stored(stored: Bson) -> Result<Self, BsonError> {
        match stored {
            Bson::Binary(binary) => Ok(binary.bytes),
            other => Err(mismatch("binary", &other)),
        }
    }
}

impl MongoCompact for String {
    fn into_stored(self) -> Bson {
        Bson::String(self)
    }

    fn from_stored(stored: Bson) -> Result<Self, BsonError> {
        match stored {
            Bson::String(text) => Ok(text),
            other => Err(mismatch("string", &other)),
        }
    }
}

impl MongoCompact for serde_json::Value {
    fn into_stored(self) -> Bson {
        compat::to_bson(&self).unwrap_or_else(|_| Bson::String(self.to_string()))
    }

    fn from_stored(stored: Bson) -> Result<Self, BsonError> {
        compat::from_bson(stored)
    }
}

fn mismatch(expected: &str, found: &Bson) -> BsonError {
    let found = found.element_type();
    BsonError(format!("expected {expected}, found {found:?}").into())
}
