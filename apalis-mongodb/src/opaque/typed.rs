//! The typed values of the bson crate, which it writes as structs whose names tell them.

use mongodb::bson::{self, Bson, Document, JavaScriptCodeWithScope};
use serde::ser::{Error as _, Serialize, SerializeStruct, Serializer};

use crate::error::BsonError;

/// The newtype as which a `bson::Uuid` is written.
pub(super) const UUID: &str = "$__bson_private_uuid";
/// The struct as which code with its scope is written.
pub(super) const CODE_WITH_SCOPE: &str = "$codeWithScope";

/// The structs that the bson crate writes for its other types, each with a field of the same name.
const NAMES: [&str; 12] = [
    "$oid",
    "$date",
    "$binary",
    "$timestamp",
    "$numberDecimal",
    "$regularExpression",
    "$code",
    "$symbol",
    "$dbPointer",
    "$undefined",
    "$minKey",
    "$maxKey",
];

/// Whether a struct called `name` is a typed value.
pub(super) fn is_typed(name: &str) -> bool {
    name.starts_with('$') && NAMES.contains(&name)
}

/// A typed value that was begun; the bson crate's own serialiser knows what it is.
pub(super) struct TypedEncoder(<bson::Serializer as Serializer>::SerializeStruct);

impl TypedEncoder {
    pub(super) fn new(name: &'static str, len: usize) -> Result<Self, BsonError> {
        bson::Serializer::new()
            .serialize_struct(name, len)
            .map(Self)
            .map_err(BsonError::custom)
    }

    pub(super) fn field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), BsonError> {
        let field = self.0.serialize_field(key, value);
        field.map_err(BsonError::custom)
    }

    pub(super) fn end(self) -> Result<Bson, BsonError> {
        self.0.end().map_err(BsonError::custom)
    }
}

/// A `bson::Uuid` whose content is `value`.
pub(super) fn uuid<T: Serialize + ?Sized>(value: &T) -> Result<Bson, BsonError> {
    bson::Serializer::new()
        .serialize_newtype_struct(UUID, value)
        .map_err(BsonError::custom)
}

/// Code with its scope, from its two fields.
pub(super) fn code_with_scope(mut fields: Document) -> Result<Bson, BsonError> {
    match (fields.remove("$code"), fields.remove("$scope")) {
        (Some(Bson::String(code)), Some(Bson::Document(scope))) => {
            let code = JavaScriptCodeWithScope { code, scope };
            Ok(Bson::JavaScriptCodeWithScope(code))
        }
        _ => Err(BsonError::custom("code with a scope lacks one of them")),
    }
}
