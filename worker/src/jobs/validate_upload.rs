//! Inspecting an uploaded document.

use dossier_common::audit::{Act, Actor, AuditEntry, Outcome};
use dossier_common::file::{File, FileState, Inspection};
use dossier_common::id::BlobId;
use dossier_common::queue::{JobError, JobHandle, ValidateUpload};
use dossier_common::store::files::FileScope;
use dossier_common::telemetry::count_verdict;

use super::Run;
use crate::inspection::InspectionError;
use crate::services::Services;

/// So many attempts a document gets whose inspection does not end or fails; then it is `failed`.
const MAX_FAILED_INSPECTIONS: u32 = 3;

impl Run for ValidateUpload {
    /// Inspects the stored bytes and records the verdict. A rejected document is a job well done.
    async fn run(self, services: &Services, handle: &JobHandle) -> Result<(), JobError> {
        let store = &services.store;
        let file = store
            .find_file(self.file_id, &FileScope::Everything)
            .await?;
        let Some(file) = file.and_then(|file| undecided(file, self.blob_id)) else {
            return Ok(());
        };
        let inspected = services.inspector.inspect(&services.store, &file).await;
        let inspection = inspected.map_err(|error| job_error(error, handle.attempt()))?;
        let verdict = word(&inspection);
        let entry = AuditEntry::of_now(Act::Inspect, &services.clock, &services.entropy)
            .by_program(Actor::Worker)
            .with_outcome(Outcome::Done, verdict)
            .about(file.id)
            .about(handle.id());
        let is_first = match self.blob_id {
            Some(blob) => {
                let recording = store.record_replacement(file.id, blob, &inspection, entry);
                recording.await?
            }
            None => store.record_inspection(file.id, &inspection, entry).await?,
        };
        if is_first {
            count_verdict(verdict);
            tracing::info!(file = %file.id, verdict, "inspected {}: {verdict}", file.id);
        }
        Ok(())
    }
}

/// What there is to inspect: `file` itself, or what it is once `replacement` has taken its place, under the name that
/// it has at present. Nothing where there is a verdict, or the bytes are not needed any more.
fn undecided(file: File, replacement: Option<BlobId>) -> Option<File> {
    let Some(blob_id) = replacement else {
        let is_undecided = file.state == FileState::Received && file.bytes_removed_at.is_none();
        return is_undecided.then_some(file);
    };
    let waiting = file.replacement.clone();
    let waiting = waiting.filter(|it| it.blob_id == blob_id && it.is_pending())?;
    Some(File {
        blob_id,
        sha256: waiting.sha256,
        size_bytes: waiting.size_bytes,
        ..file
    })
}

/// The verdict in a word: the kind, or the reason's code.
pub(super) fn word(inspection: &Inspection) -> &str {
    match &inspection.outcome {
        Ok(kind) => kind.as_str(),
        Err(rejection) => &rejection.code,
    }
}

/// What becomes of the job when attempt number `attempt` came to no verdict. Bytes or a scanner that
/// are not there will be; an inspection that fails may fail for ever, and its job is dead earlier.
pub(super) fn job_error(error: InspectionError, attempt: u32) -> JobError {
    if error.is_of_inspector() && attempt >= MAX_FAILED_INSPECTIONS {
        JobError::abort(error)
    } else {
        JobError::retry(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::antivirus::ScanError;

    #[test]
    fn an_inspection_that_does_not_end_is_given_up_at_the_third_attempt() {
        let after = |attempt| job_error(InspectionError::TimedOut, attempt);
        assert!(matches!(after(2), JobError::Retry(_)));
        assert!(matches!(after(3), JobError::Abort(_)));
        assert!(matches!(after(4), JobError::Abort(_)));
        assert_eq!(
            after(3).to_string(),
            "TIMEOUT: the inspection did not end within 30 s"
        );
    }

    #[test]
    fn a_scanner_that_is_not_there_is_waited_for() {
        let error = InspectionError::Scan(ScanError::TimedOut);
        assert!(matches!(job_error(error, 19), JobError::Retry(_)));
    }
}
