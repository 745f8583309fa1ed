//! Lists, maps and structs.

use mongodb::bson::{Bson, Document};
use serde::ser::{
    Error as _, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant,
};

use super::serializer::Encoder;
use super::typed::{self, TypedEncoder};
use crate::error::BsonError;

/// The items of a list that was begun.
#[derive(Debug)]
pub(super) struct ListEncoder {
    encoder: Encoder,
    items: Vec<Bson>,
    /// The enum's variant that the list belongs to.
    variant: Option<&'static str>,
}

/// A length may be anybody's word; so many items are made room for at once.
const MAX_RESERVED: usize = 4096;

impl ListEncoder {
    /// A list whose items are written by `encoder`.
    pub(super) fn new(encoder: Encoder, len: usize, variant: Option<&'static str>) -> Self {
        Self {
            encoder,
            items: Vec::with_capacity(len.min(MAX_RESERVED)),
            variant,
        }
    }

    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), BsonError> {
        self.items.push(value.serialize(self.encoder)?);
        Ok(())
    }

    fn finish(self) -> Bson {
        let items = Bson::Array(self.items);
        match self.variant {
            Some(variant) => variant_of(variant, items),
            None => items,
        }
    }
}

fn variant_of(variant: &str, content: Bson) -> Bson {
    let mut document = Document::new();
    document.insert(variant, content);
    Bson::Document(document)
}

macro_rules! list {
    ($($kind:ident::$method:ident),+) => { $(
        impl $kind for ListEncoder {
            type Ok = Bson;
            type Error = BsonError;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), BsonError> {
                self.push(value)
            }

            fn end(self) -> Result<Bson, BsonError> {
                Ok(self.finish())
            }
        }
    )+ };
}
list!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

/// The entries of a map that was begun.
#[derive(Debug)]
pub(super) struct MapEncoder {
    encoder: Encoder,
    document: Document,
    key: String,
}

impl MapEncoder {
    /// A map whose values are written by `encoder`.
    pub(super) fn new(encoder: Encoder) -> Self {
        Self {
            encoder,
            document: Document::new(),
            key: String::new(),
        }
    }

    fn insert<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> Result<(), BsonError> {
        let value = value.serialize(self.encoder)?;
        self.document.insert(key, value);
        Ok(())
    }
}

impl SerializeMap for MapEncoder {
    type Ok = Bson;
    type Error = BsonError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), BsonError> {
        match key.serialize(self.encoder)? {
            Bson::String(key) => {
                self.key = key;
                Ok(())
            }
            other => Err(BsonError::custom(format!(
                "a key of a map is to be a string and not {:?}",
                other.element_type()
            ))),
        }
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), BsonError> {
        let value = value.serialize(self.encoder)?;
        self.document.insert(std::mem::take(&mut self.key), value);
        Ok(())
    }

    fn end(self) -> Result<Bson, BsonError> {
        Ok(Bson::Document(self.document))
    }
}

/// The fields of a struct that was begun.
pub(super) enum StructEncoder {
    /// A user's struct.
    Plain(MapEncoder),
    /// The same, as this variant of an enum.
    Variant(&'static str, MapEncoder),
    /// A typed value of the bson crate.
    Typed(TypedEncoder),
    /// The one typed value that has a user's value in it.
    CodeWithScope(MapEncoder),
}

impl StructEncoder {
    fn field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), BsonError> {
        match self {
            Self::Plain(fields) | Self::Variant(_, fields) | Self::CodeWithScope(fields) => {
                fields.insert(key, value)
            }
            Self::Typed(fields) => fields.field(key, value),
        }
    }

    fn finish(self) -> Result<Bson, BsonError> {
        match self {
            Self::Plain(fields) => Ok(Bson::Document(fields.document)),
            Self::Variant(variant, fields) => {
                Ok(variant_of(variant, Bson::Document(fields.document)))
            }
            Self::Typed(fields) => fields.end(),
            Self::CodeWithScope(fields) => typed::code_with_scope(fields.document),
        }
    }
}

macro_rules! fields {
    ($($kind:ident),+) => { $(
        impl $kind for StructEncoder {
            type Ok = Bson;
            type Error = BsonError;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), BsonError> {
                self.field(key, value)
            }

            fn end(self) -> Result<Bson, BsonError> {
                self.finish()
            }
        }
    )+ };
}
fields!(SerializeStruct, SerializeStructVariant);
