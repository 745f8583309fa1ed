//! Taking back one download link.

use dossier_common::queue::{JobError, JobHandle};
use dossier_worker::jobs::Run;
use dossier_worker::services::Services;

use super::payload::RevokeLink;

impl Run for RevokeLink {
    /// Takes the link back; one that is gone or was taken back before stays so.
    async fn run(self, services: &Services, handle: &JobHandle) -> Result<(), JobError> {
        if services.store.revoke_link(self.link_id).await? {
            tracing::info!(job = %handle.id(), link = %self.link_id, "revoked {}", self.link_id);
        }
        Ok(())
    }
}
