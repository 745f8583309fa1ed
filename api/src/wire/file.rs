//! Documents on the wire.

use dossier_common::clock::rfc3339;
use dossier_common::file::{DocumentKind, FileState, Rejection};
use dossier_common::store::files::FileView;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    FileIdText, InspectionResponse, ProcessingResponse, ReasonCode, Recipient, ReplacementResponse,
    WithdrawalResponse,
};

/// How far a document has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = FileState)]
pub enum FileStateName {
    /// Stored; no verdict yet.
    Received,
    /// Genuine; clients may download it.
    Available,
    /// Found wanting; see `rejection`.
    Rejected,
    /// The check could not be carried out; an operator can have it tried again.
    Failed,
    /// Taken back; its owner or an admin can restore it for a while.
    Withdrawn,
}

impl From<FileState> for FileStateName {
    fn from(state: FileState) -> Self {
        match state {
            FileState::Received => Self::Received,
            FileState::Available => Self::Available,
            FileState::Rejected => Self::Rejected,
        }
    }
}

/// What a document turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = DocumentKind)]
pub enum KindName {
    /// A Word document.
    Docx,
    /// A PowerPoint presentation.
    Pptx,
    /// An Excel workbook.
    Xlsx,
}

impl From<DocumentKind> for KindName {
    fn from(kind: DocumentKind) -> Self {
        match kind {
            DocumentKind::Docx => Self::Docx,
            DocumentKind::Pptx => Self::Pptx,
            DocumentKind::Xlsx => Self::Xlsx,
        }
    }
}

/// Whom a document is meant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Audience)]
pub enum AudienceName {
    /// Everybody with an account.
    Everyone,
    /// The recipients that are named.
    Recipients,
}

/// Why a document was rejected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Rejection)]
pub struct RejectionResponse {
    /// The frozen reason code.
    #[schema(value_type = ReasonCode, example = "MACRO_ENABLED")]
    pub code: String,
    /// What to do about it.
    pub message: String,
    /// The part of the document concerned, such as `word/settings.xml`, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "word/vbaProject.bin")]
    pub detail: Option<String>,
}

impl From<&Rejection> for RejectionResponse {
    fn from(rejection: &Rejection) -> Self {
        Self {
            code: rejection.code.clone(),
            message: rejection.message.clone(),
            detail: rejection.detail.clone(),
        }
    }
}

/// A document.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = File)]
pub struct FileResponse {
    /// Which document.
    #[schema(value_type = FileIdText)]
    pub id: String,
    /// What it is called.
    #[schema(max_length = 200, example = "report.docx")]
    pub name: String,
    /// How long it is, in bytes.
    #[schema(minimum = 0, example = 12345)]
    pub size_bytes: i64,
    /// The SHA-256 of its bytes, in hexadecimal.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub sha256: String,
    /// How far it has come.
    pub state: FileStateName,
    /// What it turned out to be, once that is known.
    #[schema(required)]
    pub kind: Option<KindName>,
    /// Why it was rejected, if it was.
    #[schema(required)]
    pub rejection: Option<RejectionResponse>,
    /// Whom it is meant for.
    pub audience: AudienceName,
    /// The addresses and groups it is meant for; null for everybody. Clients do not see it.
    #[schema(required, value_type = Option<Vec<Recipient>>)]
    pub recipients: Option<Vec<String>>,
    /// From when on clients do not see it any more; null for never.
    #[schema(required, format = DateTime, example = "2030-01-31T12:00:00.000Z")]
    pub expires_at: Option<String>,
    /// How its check is coming along; null for clients.
    #[schema(required)]
    pub processing: Option<ProcessingResponse>,
    /// What the check was based on, once there is a verdict; null for clients.
    #[schema(required)]
    pub inspection: Option<InspectionResponse>,
    /// When it was received.
    #[schema(format = DateTime, example = "2026-11-25T08:30:00.000Z")]
    pub created_at: String,
    /// When there was a verdict.
    #[schema(required, format = DateTime, example = "2026-11-25T08:30:01.000Z")]
    pub validated_at: Option<String>,
    /// That it was taken back; absent otherwise, and for clients.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<WithdrawalResponse>,
    /// The bytes that are to take its place, or were rejected; absent when there are none, and for clients.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replacement: Option<ReplacementResponse>,
    /// When its bytes were removed; absent while they are there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime, example = "2026-12-25T08:30:00.000Z")]
    pub bytes_removed_at: Option<String>,
}

impl FileResponse {
    /// `view` as its uploader sees it.
    pub fn for_owner(view: FileView) -> Self {
        let failed = view.has_failed();
        let mut response = Self::of(&view);
        response.processing = view.job.as_ref().map(ProcessingResponse::from);
        response.inspection = view.file.inspection.as_ref().map(InspectionResponse::from);
        if failed {
            response.state = FileStateName::Failed;
        }
        if let Some(withdrawal) = &view.file.withdrawn {
            response.state = FileStateName::Withdrawn;
            response.withdrawn = Some(withdrawal.into());
        }
        response.replacement = ReplacementResponse::of(&view);
        response.bytes_removed_at = view.file.bytes_removed_at.map(rfc3339);
        response.recipients = view.file.recipients;
        response
    }

    /// `view` as a client sees it.
    pub fn for_client(view: &FileView) -> Self {
        Self::of(view)
    }

    fn of(view: &FileView) -> Self {
        let file = &view.file;
        Self {
            id: file.id.to_string(),
            name: file.name.as_str().to_owned(),
            size_bytes: file.size_bytes,
            sha256: file.sha256.to_string(),
            state: file.state.into(),
            kind: file.kind.map(KindName::from),
            rejection: file.rejection.as_ref().map(RejectionResponse::from),
            audience: match file.recipients {
                None => AudienceName::Everyone,
                Some(_) => AudienceName::Recipients,
            },
            recipients: None,
            expires_at: file.expires_at.map(rfc3339),
            processing: None,
            inspection: None,
            created_at: rfc3339(file.created_at),
            validated_at: file.validated_at.map(rfc3339),
            withdrawn: None,
            replacement: None,
            bytes_removed_at: None,
        }
    }
}
