//! What a document was, and what is to take its place, on the wire.

use dossier_common::clock::rfc3339;
use dossier_common::file::{EarlierVersion, Withdrawal};
use dossier_common::store::files::FileView;
use serde::Serialize;
use utoipa::ToSchema;

use super::{KindName, RejectionResponse, UserIdText};

/// That a document was taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Withdrawal)]
pub struct WithdrawalResponse {
    /// When.
    #[schema(format = DateTime, example = "2026-11-25T08:30:00.000Z")]
    pub at: String,
    /// By whom.
    #[schema(value_type = UserIdText)]
    pub by: String,
    /// Until when it can be restored; its bytes are removed then.
    #[schema(format = DateTime, example = "2026-12-25T08:30:00.000Z")]
    pub restorable_until: String,
}

impl From<&Withdrawal> for WithdrawalResponse {
    fn from(withdrawal: &Withdrawal) -> Self {
        Self {
            at: rfc3339(withdrawal.at),
            by: withdrawal.by.to_string(),
            restorable_until: rfc3339(withdrawal.restorable_until),
        }
    }
}

/// How far new bytes of a document have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ReplacementState)]
pub enum ReplacementStateName {
    /// Stored; no verdict yet.
    Received,
    /// Found wanting; see `rejection`.
    Rejected,
    /// The check could not be carried out; an operator can have it tried again.
    Failed,
}

/// New bytes of a document. The document stays what it is until they are found genuine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Replacement)]
pub struct ReplacementResponse {
    /// How far they have come.
    pub state: ReplacementStateName,
    /// How many there are.
    #[schema(minimum = 0, example = 12345)]
    pub size_bytes: i64,
    /// Their SHA-256, in hexadecimal.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub sha256: String,
    /// Why they were rejected, if they were.
    #[schema(required)]
    pub rejection: Option<RejectionResponse>,
    /// When they were received.
    #[schema(format = DateTime, example = "2026-11-25T08:30:00.000Z")]
    pub created_at: String,
}

impl ReplacementResponse {
    /// That of `view`, if there is one. Bytes that were removed before there was a verdict are none.
    pub fn of(view: &FileView) -> Option<Self> {
        let replacement = view.file.replacement.as_ref();
        let replacement = replacement.filter(|it| it.is_pending() || it.rejection.is_some())?;
        let state = if replacement.rejection.is_some() {
            ReplacementStateName::Rejected
        } else if view.has_failed_replacement() {
            ReplacementStateName::Failed
        } else {
            ReplacementStateName::Received
        };
        Some(Self {
            state,
            size_bytes: replacement.size_bytes,
            sha256: replacement.sha256.to_string(),
            rejection: replacement.rejection.as_ref().map(RejectionResponse::from),
            created_at: rfc3339(replacement.created_at),
        })
    }
}

/// An earlier version of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Version)]
pub struct VersionResponse {
    /// What it was called.
    #[schema(max_length = 200, example = "report.docx")]
    pub name: String,
    /// How long it is, in bytes.
    #[schema(minimum = 0, example = 12345)]
    pub size_bytes: i64,
    /// The SHA-256 of its bytes, in hexadecimal.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub sha256: String,
    /// What it turned out to be; null when it was never available.
    #[schema(required)]
    pub kind: Option<KindName>,
    /// When another version took its place.
    #[schema(format = DateTime, example = "2026-11-25T08:30:00.000Z")]
    pub replaced_at: String,
    /// When its bytes were removed; null while they are there.
    #[schema(required, format = DateTime, example = "2027-02-23T08:30:00.000Z")]
    pub bytes_removed_at: Option<String>,
}

impl From<&EarlierVersion> for VersionResponse {
    fn from(version: &EarlierVersion) -> Self {
        Self {
            name: version.name.as_str().to_owned(),
            size_bytes: version.size_bytes,
            sha256: version.sha256.to_string(),
            kind: version.kind.map(KindName::from),
            replaced_at: rfc3339(version.replaced_at),
            bytes_removed_at: version.bytes_removed_at.map(rfc3339),
        }
    }
}

/// The earlier versions of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct VersionList {
    /// Newest first; at most 100.
    #[schema(max_items = 100)]
    pub items: Vec<VersionResponse>,
}
