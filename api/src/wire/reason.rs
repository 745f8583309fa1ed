//! The reasons for which documents are rejected.

use std::borrow::Cow;

use dossier_common::file::REJECTION_CODES;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// A reason on the wire. The worker decides on it and the API passes it on as it was stored.
#[derive(Clone, Copy, Debug)]
pub struct ReasonCode;

impl PartialSchema for ReasonCode {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("Why a document was rejected; frozen"))
            .enum_values(Some(REJECTION_CODES))
            .into()
    }
}

impl ToSchema for ReasonCode {
    fn name() -> Cow<'static, str> {
        "ReasonCode".into()
    }
}
