//! Removing bytes that nobody needs any more.

use std::time::Duration;

use dossier_common::audit::{Act, Actor, AuditEntry};
use dossier_common::file::Erasure;
use dossier_common::queue::{EraseBlobs, Job, JobError, JobHandle};
use dossier_common::store::StoreError;
use dossier_common::store::files::FileScope;
use mongodb::bson::DateTime;

use super::Run;
use crate::services::Services;

impl Run for EraseBlobs {
    /// Removes the bytes, unless what was said of the document is true no more. Run again, it removes what is left.
    async fn run(self, services: &Services, handle: &JobHandle) -> Result<(), JobError> {
        let now = services.clock.now();
        let due_at = match restorable_until(&self, services, now).await? {
            Some(until) => until.max(self.due_at()),
            None => self.due_at(),
        };
        let left = due_at.timestamp_millis() - now.timestamp_millis();
        if let Ok(early @ 1..) = u64::try_from(left) {
            return Err(JobError::Snooze(Duration::from_millis(early)));
        }
        let file = self.file_id();
        let entry = AuditEntry::of_now(Act::EraseBytes, &services.clock, &services.entropy)
            .by_program(Actor::Worker)
            .about(file)
            .about(handle.id());
        let erasing = services.store.erase_blobs(file, erasure(&self), entry);
        let erased = erasing.await?;
        if erased == 0 {
            return Ok(handle.log("there is nothing to remove any more").await?);
        }
        let reason = self.kind();
        tracing::info!(%file, reason, erased, "removed bytes of {file}: {reason}");
        Ok(())
    }
}

/// Until when a document that has expired can be restored, for it was withdrawn as well: so long its bytes stay.
async fn restorable_until(
    job: &EraseBlobs,
    services: &Services,
    now: DateTime,
) -> Result<Option<DateTime>, StoreError> {
    if !matches!(job, EraseBlobs::Expired { .. }) {
        return Ok(None);
    }
    let scope = FileScope::Everything;
    let file = services.store.find_file(job.file_id(), &scope).await?;
    Ok(file.and_then(|file| file.restorable_until(now)))
}

/// What the payload says of the document.
fn erasure(job: &EraseBlobs) -> Erasure {
    let at = DateTime::from_millis;
    match job {
        EraseBlobs::Withdrawn { due_millis, .. } => Erasure::Withdrawn(at(*due_millis)),
        EraseBlobs::Expired {
            expires_at_millis, ..
        } => Erasure::Expired(at(*expires_at_millis)),
        EraseBlobs::Rejected {
            rejected_at_millis, ..
        } => Erasure::Rejected(at(*rejected_at_millis)),
        EraseBlobs::Replaced { blob_id, .. } => Erasure::Replaced(*blob_id),
    }
}
