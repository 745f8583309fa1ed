//! A serialiser into [`Bson`] that takes nothing for what it is not.

use mongodb::bson::{self, Bson, Document, spec::BinarySubtype};
use serde::ser::{Error as _, Serialize, Serializer};

use super::compound::{ListEncoder, MapEncoder, StructEncoder};
use super::typed::{self, TypedEncoder};
use super::{MAX_LEVELS, too_deep};
use crate::error::BsonError;

/// Writes one value as [`Bson`], in the same form as the bson crate's own serialiser except that
/// maps and structs are documents, whatever their keys are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Encoder {
    /// How many documents and arrays there are around the value.
    level: usize,
}

impl Encoder {
    pub(super) fn new() -> Self {
        Self { level: 0 }
    }

    /// For what is within a document or an array.
    fn within(self) -> Result<Self, BsonError> {
        if self.level == MAX_LEVELS {
            return Err(too_deep());
        }
        Ok(Self {
            level: self.level + 1,
        })
    }
}

impl Serializer for Encoder {
    type Ok = Bson;
    type Error = BsonError;
    type SerializeSeq = ListEncoder;
    type SerializeTuple = ListEncoder;
    type SerializeTupleStruct = ListEncoder;
    type SerializeTupleVariant = ListEncoder;
    type SerializeMap = MapEncoder;
    type SerializeStruct = StructEncoder;
    type SerializeStructVariant = StructEncoder;

    fn serialize_bool(self, value: bool) -> Result<Bson, BsonError> {
        Ok(Bson::Boolean(value))
    }

    fn serialize_i8(self, value: i8) -> Result<Bson, BsonError> {
        Ok(Bson::Int32(value.into()))
    }

    fn serialize_i16(self, value: i16) -> Result<Bson, BsonError> {
        Ok(Bson::Int32(value.into()))
    }

    fn serialize_i32(self, value: i32) -> Result<Bson, BsonError> {
        Ok(Bson::Int32(value))
    }

    fn serialize_i64(self, value: i64) -> Result<Bson, BsonError> {
        Ok(Bson::Int64(value))
    }

    fn serialize_u8(self, value: u8) -> Result<Bson, BsonError> {
        Ok(Bson::Int32(value.into()))
    }

    fn serialize_u16(self, value: u16) -> Result<Bson, BsonError> {
        Ok(Bson::Int32(value.into()))
    }

    fn serialize_u32(self, value: u32) -> Result<Bson, BsonError> {
        Ok(Bson::Int64(value.into()))
    }

    fn serialize_u64(self, value: u64) -> Result<Bson, BsonError> {
        i64::try_from(value).map(Bson::Int64).map_err(|_| {
            BsonError::custom(format!(
                "{value} does not fit into the 64-bit signed integers of BSON"
            ))
        })
    }

    fn serialize_f32(self, value: f32) -> Result<Bson, BsonError> {
        Ok(Bson::Double(value.into()))
    }

    fn serialize_f64(self, value: f64) -> Result<Bson, BsonError> {
        Ok(Bson::Double(value))
    }

    fn serialize_char(self, value: char) -> Result<Bson, BsonError> {
        Ok(Bson::String(value.into()))
    }

    fn serialize_str(self, value: &str) -> Result<Bson, BsonError> {
        Ok(Bson::String(value.to_owned()))
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<Bson, BsonError> {
        Ok(Bson::Binary(bson::Binary {
            subtype: BinarySubtype::Generic,
            bytes: value.to_vec(),
        }))
    }

    fn serialize_none(self) -> Result<Bson, BsonError> {
        Ok(Bson::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Bson, BsonError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Bson, BsonError> {
        Ok(Bson::Null)
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<Bson, BsonError> {
        Ok(Bson::Null)
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<Bson, BsonError> {
        Ok(Bson::String(variant.to_owned()))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<Bson, BsonError> {
        if name == typed::UUID {
            return typed::uuid(value);
        }
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Bson, BsonError> {
        let mut document = Document::new();
        document.insert(variant, value.serialize(self.within()?)?);
        Ok(Bson::Document(document))
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<ListEncoder, BsonError> {
        Ok(ListEncoder::new(self.within()?, len.unwrap_or(0), None))
    }

    fn serialize_tuple(self, len: usize) -> Result<ListEncoder, BsonError> {
        Ok(ListEncoder::new(self.within()?, len, None))
    }

    fn serialize_tuple_struct(
        self,
        _name: &'static str,
        len: usize,
    ) -> Result<ListEncoder, BsonError> {
        Ok(ListEncoder::new(self.within()?, len, None))
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<ListEncoder, BsonError> {
        let inner = self.within()?.within()?;
        Ok(ListEncoder::new(inner, len, Some(variant)))
    }

    fn serialize_map(self, _len: Option<usize>) -> Result<MapEncoder, BsonError> {
        Ok(MapEncoder::new(self.within()?))
    }

    fn serialize_struct(self, name: &'static str, len: usize) -> Result<StructEncoder, BsonError> {
        if typed::is_typed(name) {
            return TypedEncoder::new(name, len).map(StructEncoder::Typed);
        }
        let fields = MapEncoder::new(self.within()?);
        Ok(match name {
            typed::CODE_WITH_SCOPE => StructEncoder::CodeWithScope(fields),
            _ => StructEncoder::Plain(fields),
        })
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _len: usize,
    ) -> Result<StructEncoder, BsonError> {
        let fields = MapEncoder::new(self.within()?.within()?);
        Ok(StructEncoder::Variant(variant, fields))
    }
}
