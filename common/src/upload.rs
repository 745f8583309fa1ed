//! Uploads that arrive over as many requests as it takes (tus 1.0.0).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mongodb::bson::DateTime;
use serde::{Deserialize, Serialize};

use crate::email::EmailAddress;
use crate::id::{BlobId, FileId, UploadId, UserId};
use crate::storage::unsigned;

/// How many parts an upload may arrive in: one row has them all.
pub const MAX_PARTS: usize = 4096;

/// Bytes that arrived together, as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadPart {
    /// Where they are.
    pub blob_id: BlobId,
    /// How many there are.
    pub size_bytes: i64,
}

impl UploadPart {
    /// How many bytes there are.
    pub fn size(&self) -> u64 {
        unsigned(self.size_bytes)
    }
}

/// An upload that arrives over several requests, as stored. Its times, `created_at` aside, are by the
/// server's clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResumableUpload {
    /// Which upload.
    #[serde(rename = "_id")]
    pub id: UploadId,
    /// Who uploads.
    pub owner_id: UserId,
    /// What its room is reserved under.
    pub room: BlobId,
    /// How long the document will be, in bytes.
    pub length_bytes: i64,
    /// How many bytes of it have arrived.
    pub offset_bytes: i64,
    /// What was said of the document when the upload began: `Upload-Metadata`, as it was sent.
    pub metadata: String,
    /// What has arrived, in order. Lookups that need no bytes leave it out.
    #[serde(default)]
    pub parts: Vec<UploadPart>,
    /// The request that goes on with it, until it has ended; what any other one writes does not count.
    #[serde(default)]
    pub writer: Option<String>,
    /// Until when a request that makes the document of it has to be heard of.
    #[serde(default)]
    pub completing_until: Option<DateTime>,
    /// The document that became of it.
    #[serde(default)]
    pub file_id: Option<FileId>,
    /// When it began.
    pub created_at: DateTime,
    /// When it is given up, unless more arrives.
    pub expires_at: DateTime,
    /// When it is forgotten, once there is a document.
    #[serde(default)]
    pub forget_at: Option<DateTime>,
}

impl ResumableUpload {
    /// How long the document will be, in bytes.
    pub fn length(&self) -> u64 {
        unsigned(self.length_bytes)
    }

    /// How many bytes of it have arrived.
    pub fn offset(&self) -> u64 {
        unsigned(self.offset_bytes)
    }

    /// Whether all of it has arrived.
    pub fn is_whole(&self) -> bool {
        self.offset_bytes == self.length_bytes
    }
}

/// `metadata` with `instead` where it names the address `email_key` among the recipients; nothing where it does not.
pub(crate) fn without_recipient(metadata: &str, email_key: &str, instead: &str) -> Option<String> {
    let mut is_named = false;
    let pairs = metadata.split(',').map(|pair| {
        let replaced = pair_without(pair, email_key, instead);
        is_named |= replaced.is_some();
        replaced.unwrap_or_else(|| pair.to_owned())
    });
    let pairs: Vec<String> = pairs.collect();
    is_named.then(|| pairs.join(","))
}

fn pair_without(pair: &str, email_key: &str, instead: &str) -> Option<String> {
    let (key, encoded) = pair.trim().split_once(' ')?;
    if key != "recipients" {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let is_theirs = |it: &str| {
        let address = it.parse::<EmailAddress>();
        address.is_ok_and(|address| address.key() == email_key)
    };
    let recipients: Vec<&str> = text.split(',').map(str::trim).collect();
    if !recipients.iter().any(|it| is_theirs(it)) {
        return None;
    }
    let others = recipients.into_iter();
    let others = others.map(|it| if is_theirs(it) { instead } else { it });
    let others: Vec<&str> = others.collect();
    Some(format!("{key} {}", STANDARD.encode(others.join(","))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_replaced_where_it_is_a_recipient_and_nowhere_else() {
        let metadata = |recipients: &str| {
            let [name, recipients] = ["ada@example.com", recipients].map(|it| STANDARD.encode(it));
            format!("filename {name},recipients {recipients},type")
        };
        let without = |recipients: &str| {
            without_recipient(&metadata(recipients), "ada@example.com", "x@y.invalid")
        };
        assert_eq!(
            without("bob@example.com, Ada@Example.com,group:Board"),
            Some(metadata("bob@example.com,x@y.invalid,group:Board"))
        );
        for other in ["bob@example.com", "", "xada@example.com", "group:Ada"] {
            assert_eq!(without(other), None, "{other}");
        }
        for other in ["", "audience ZXZlcnlvbmU=", "recipients !", "recipients"] {
            assert_eq!(without_recipient(other, "ada@example.com", "x"), None);
        }
    }
}
