//! Documents on the wire.

use dossier_common::clock::rfc3339;
use dossier_common::file::{FileState, InspectionRecord};
use dossier_common::queue::backend::JobSummary;
use dossier_common::store::files::FileView;
use serde::Serialize;
use utoipa::ToSchema;

/// How far a document has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum FileStateName {
    /// Stored; no verdict yet.
    Received,
    /// Genuine; clients may download it.
    Available,
    /// Found wanting; see `rejection`.
    Rejected,
    /// The check could not be carried out; an operator can have it tried again.
    Failed,
}

/// Why a document was rejected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RejectionResponse {
    /// The frozen reason code.
    #[schema(example = "MACRO_ENABLED")]
    pub code: String,
    /// What to do about it.
    pub message: String,
    /// The part of the document concerned, such as `word/settings.xml`, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "word/vbaProject.bin")]
    pub detail: Option<String>,
}

/// How the check of a document is coming along.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProcessingResponse {
    /// `scheduled`, `ready`, `running`, `done`, `dead`, `cancelled` or `malformed`.
    pub job_state: &'static str,
    /// How often it was tried.
    pub attempts: u32,
    /// How often it is tried at most.
    pub max_attempts: u32,
    /// When it is tried next, if it will be.
    pub next_run_at: Option<String>,
    /// What went wrong last.
    pub last_error: Option<String>,
}

/// What the check of a document was based on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct InspectionResponse {
    /// The version of the rules that were applied.
    #[schema(example = 1)]
    pub rules_version: u32,
    /// The facts found: `parts`, `producer`, `inflated_bytes`, `flags`, …
    #[schema(value_type = Object)]
    pub facts: serde_json::Value,
}

/// A document.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = File)]
pub struct FileResponse {
    /// Which document.
    #[schema(example = "fil_01JD3Y5T6ZQ8R9WABCDEFGHJKM")]
    pub id: String,
    /// What it is called.
    pub name: String,
    /// How long it is, in bytes.
    pub size_bytes: i64,
    /// The SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// How far it has come.
    pub state: FileStateName,
    /// `docx`, `pptx` or `xlsx`, once it is known.
    pub kind: Option<&'static str>,
    /// Why it was rejected, if it was.
    pub rejection: Option<RejectionResponse>,
    /// The addresses it is meant for; everybody when null. Clients do not see the others.
    pub recipients: Option<Vec<String>>,
    /// How its check is coming along; null for clients.
    pub processing: Option<ProcessingResponse>,
    /// What the check was based on, once there is a verdict; null for clients.
    pub inspection: Option<InspectionResponse>,
    /// When it was received.
    pub created_at: String,
    /// When there was a verdict.
    pub validated_at: Option<String>,
}

impl FileResponse {
    /// `view` as its uploader sees it.
    pub fn for_owner(view: FileView) -> Self {
        let failed = view.has_failed();
        let mut response = Self::of(&view);
        response.processing = view.job.as_ref().map(processing);
        response.inspection = view.file.inspection.as_ref().map(inspection);
        if failed {
            response.state = FileStateName::Failed;
        }
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
            state: match file.state {
                FileState::Received => FileStateName::Received,
                FileState::Available => FileStateName::Available,
                FileState::Rejected => FileStateName::Rejected,
            },
            kind: file.kind.map(|kind| kind.as_str()),
            rejection: file.rejection.as_ref().map(|rejection| RejectionResponse {
                code: rejection.code.clone(),
                message: rejection.message.clone(),
                detail: rejection.detail.clone(),
            }),
            recipients: None,
            processing: None,
            inspection: None,
            created_at: rfc3339(file.created_at),
            validated_at: file.validated_at.map(rfc3339),
        }
    }
}

fn inspection(record: &InspectionRecord) -> InspectionResponse {
    InspectionResponse {
        rules_version: record.rules_version,
        facts: serde_json::to_value(&record.facts).unwrap_or_default(),
    }
}

fn processing(job: &JobSummary) -> ProcessingResponse {
    use dossier_common::queue::JobState::{Ready, Scheduled};
    let waits = matches!(job.state, Scheduled | Ready);
    ProcessingResponse {
        job_state: job.state.as_str(),
        attempts: job.attempts,
        max_attempts: job.max_attempts,
        next_run_at: waits.then(|| rfc3339(job.run_at)),
        last_error: job.last_error.clone(),
    }
}
