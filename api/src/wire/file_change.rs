//! Changes of documents on the wire.

use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use super::{AudienceName, Recipient};

/// What is to be changed of a document (RFC 7396); what is absent stays as it is.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FileChange)]
pub struct FileChangeRequest {
    /// What it shall be called.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 200, example = "report.docx")]
    pub name: Option<String>,
    /// Whom it shall be meant for: `everyone`, or those in `recipients`. It can be left out where there are
    /// recipients.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = AudienceName, required = false)]
    pub audience: Option<String>,
    /// The addresses and groups it shall be meant for, all of them.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Vec<Recipient>, required = false, min_items = 1, max_items = 100)]
    pub recipients: Option<Vec<String>>,
    /// From when on clients shall not see it any more, in the future; null for never.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, required = false, format = DateTime, example = "2030-01-31T12:00:00Z")]
    pub expires_at: Option<Option<String>>,
}

/// For `deserialize_with`: what is there, so that null is told from what is absent.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
