//! Looking inside an uploaded document.

use dossier_common::file::FileState;
use dossier_common::queue::ValidateUpload;
use dossier_common::store::files::FileScope;

use crate::failure::JobFailure;
use crate::services::Services;

/// Inspects the stored bytes and records the verdict. A rejected document is a job well done.
///
/// # Errors
///
/// [`JobFailure::Retry`] for trouble of ours: the store, or an inspection that did not end in
/// time. Neither is a verdict on the document.
pub async fn validate_upload(job: &ValidateUpload, services: &Services) -> Result<(), JobFailure> {
    let file = services
        .store
        .find_file(job.file_id, &FileScope::Everything)
        .await?;
    let Some(file) = file.filter(|file| file.state == FileState::Received) else {
        return Ok(());
    };
    let inspection = services.inspector.inspect(&services.store, &file).await?;
    let recorded = services
        .store
        .record_inspection(file.id, &inspection, services.clock.now())
        .await?;
    if recorded {
        let verdict = match &inspection.outcome {
            Ok(kind) => kind.as_str(),
            Err(rejection) => rejection.code.as_str(),
        };
        tracing::info!(file = %file.id, verdict, "inspected {}: {verdict}", file.id);
    }
    Ok(())
}
