//! Uploaded documents.

mod erasure;
mod version;

pub use erasure::{ErasedBlob, Erasure};
pub use version::{EarlierVersion, MAX_EARLIER_VERSIONS, Replacement, Withdrawal};

use std::fmt;
use std::str::FromStr;

use mongodb::bson::DateTime;
use serde::{Deserialize, Serialize};

use crate::digest::Sha256;
use crate::file_name::FileName;
use crate::id::{BlobId, FileId, GroupId, JobId, UserId};
use crate::revalidation::Revalidation;

/// What a document turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DocumentKind {
    /// A Word document.
    Docx,
    /// A PowerPoint presentation.
    Pptx,
    /// An Excel workbook.
    Xlsx,
}

impl DocumentKind {
    /// The kind's name on the wire, which is also its file extension.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Docx => "docx",
            Self::Pptx => "pptx",
            Self::Xlsx => "xlsx",
        }
    }

    /// The media type under which such a document is served (IANA registrations of ECMA-376).
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Pptx => {
                "application/vnd.openxmlformats-officedocument.presentationml.presentation"
            }
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

impl fmt::Display for DocumentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why a text names no kind of document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be docx, pptx or xlsx")]
pub struct ParseKindError;

impl FromStr for DocumentKind {
    type Err = ParseKindError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Docx, Self::Pptx, Self::Xlsx]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or(ParseKindError)
    }
}

/// How far a document has come. Whether the job behind a `received` file is dead is known to the
/// queue alone; see [`crate::store::files::FileView`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileState {
    /// Stored; no worker has come to a verdict yet.
    Received,
    /// Found genuine; clients may download it.
    Available,
    /// Found wanting; see its [`Rejection`].
    Rejected,
}

/// Every code of a [`Rejection`]; frozen. `docs/API.md` says what the uploader should do about each.
pub const REJECTION_CODES: [&str; 30] = [
    "EMPTY_FILE",
    "FILE_TOO_LARGE",
    "NOT_OFFICE",
    "LEGACY_OFFICE",
    "ENCRYPTED",
    "ZIP_UNSAFE_NAME",
    "ZIP_CORRUPT",
    "ZIP_AMBIGUOUS",
    "ZIP_UNSUPPORTED",
    "OPENDOCUMENT",
    "NOT_OPC",
    "ZIP_BOMB",
    "OPC_INVALID",
    "BINARY_WORKBOOK",
    "MACRO_ENABLED",
    "TEMPLATE",
    "OTHER_OOXML",
    "OPC_UNDECLARED_PART",
    "KIND_MISMATCH",
    "XML_DTD",
    "XML_ENCODING",
    "XML_MALFORMED",
    "XML_LIMITS",
    "EXTERNAL_REF",
    "DDE",
    "EMBEDDED_EXECUTABLE",
    "EMBEDDED_OBJECT",
    "EXTENSION_MISMATCH",
    "MALWARE",
    "RIGHTS_MANAGED",
];

/// Why a document was rejected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// The frozen reason code, such as `MACRO_ENABLED`.
    pub code: String,
    /// The sentence for the person who uploaded it.
    pub message: String,
    /// The part of the document concerned, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// What the inspection of a document came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Inspection {
    /// The kind when it was accepted, the reason when it was not.
    pub outcome: Result<DocumentKind, Rejection>,
    /// The version of the rules that were applied.
    pub rules_version: u32,
    /// The facts found on the way, as the inspector reports them.
    pub facts: mongodb::bson::Bson,
}

/// An uploaded document, as stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct File {
    /// Which document.
    #[serde(rename = "_id")]
    pub id: FileId,
    /// Who uploaded it.
    pub owner_id: UserId,
    /// What it is called.
    pub name: FileName,
    /// How long it is, in bytes.
    pub size_bytes: i64,
    /// The digest of its bytes.
    pub sha256: Sha256,
    /// Where its bytes are.
    pub blob_id: BlobId,
    /// How far it has come.
    pub state: FileState,
    /// What it turned out to be.
    pub kind: Option<DocumentKind>,
    /// Why it was rejected.
    pub rejection: Option<Rejection>,
    /// The rules and facts behind the verdict.
    #[serde(default)]
    pub inspection: Option<InspectionRecord>,
    /// What newer rules made of it since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revalidation: Option<Revalidation>,
    /// Whom it is meant for: addresses, as they are compared, and ids of groups; everybody when absent.
    pub recipients: Option<Vec<String>>,
    /// How often what is said of it was changed since its upload.
    #[serde(default)]
    pub version: i64,
    /// From when on clients do not see it any more; never when absent.
    #[serde(default)]
    pub expires_at: Option<DateTime>,
    /// The job that looks inside it.
    pub job_id: JobId,
    /// When it was received.
    pub created_at: DateTime,
    /// When a worker came to a verdict.
    pub validated_at: Option<DateTime>,
    /// That it was withdrawn; nobody but its owner and admins see it then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<Withdrawal>,
    /// What it was before, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<EarlierVersion>,
    /// The bytes that are to take its place, once they are found genuine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replacement: Option<Replacement>,
    /// When its bytes were removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes_removed_at: Option<DateTime>,
}

impl File {
    /// What is left of it as it is, once `now` other bytes have taken its place.
    pub fn version(&self, now: DateTime) -> EarlierVersion {
        EarlierVersion {
            blob_id: self.blob_id,
            sha256: self.sha256,
            size_bytes: self.size_bytes,
            name: self.name.clone(),
            kind: self.kind,
            replaced_at: now,
            bytes_removed_at: self.bytes_removed_at,
        }
    }

    /// Whether clients do not see it any more at `now`, because its time is over.
    pub fn has_expired(&self, now: DateTime) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }

    /// Until when it can be restored as of `now`; none when it is not withdrawn, or for too long.
    pub fn restorable_until(&self, now: DateTime) -> Option<DateTime> {
        let withdrawn = self.withdrawn.as_ref();
        withdrawn
            .map(|it| it.restorable_until)
            .filter(|until| *until > now)
    }

    /// The newest version of the rules that it was inspected by; 0 when there is no verdict, or one
    /// from before versions were recorded.
    pub fn judged_by(&self) -> u32 {
        let inspection = self.inspection.as_ref().map(|it| it.rules_version);
        let revalidation = self.revalidation.as_ref().map(|it| it.rules_version);
        inspection.max(revalidation).unwrap_or(0)
    }
}

/// A client, as far as it decides which documents the client sees.
#[derive(Clone, PartialEq, Eq)]
pub struct Reader {
    /// The client's address, as it is compared.
    pub email_key: String,
    /// The groups that the client is in at the moment.
    pub groups: Vec<GroupId>,
    /// The moment.
    pub now: DateTime,
}

/// Does not show the address.
impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("groups", &self.groups)
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}

/// The rules and facts behind a verdict, as stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InspectionRecord {
    /// The version of the rules that were applied.
    pub rules_version: u32,
    /// The facts found on the way.
    pub facts: mongodb::bson::Bson,
}
