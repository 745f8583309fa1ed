//! Minting the encrypted token of a download link.

use dossier_common::link::{Link, LinkState};
use dossier_common::queue::{JobError, JobHandle, MintDownloadToken};
use dossier_common::token::DownloadClaims;

use super::Run;
use crate::services::Services;

impl Run for MintDownloadToken {
    /// Mints the token of a link that waits for one.
    async fn run(self, services: &Services, _handle: &JobHandle) -> Result<(), JobError> {
        let link = services.store.find_link(self.link_id).await?;
        let Some(link) = link.filter(|link| link.state == LinkState::Requested) else {
            return Ok(());
        };
        let token = services
            .token_keys
            .seal(&claims(&link), services.clock.now());
        services.store.mark_link_ready(link.id, &token).await?;
        Ok(())
    }
}

fn claims(link: &Link) -> DownloadClaims {
    let expires_at = link.expires_at.timestamp_millis() / 1000;
    DownloadClaims {
        link_id: link.id,
        file_id: link.file_id,
        sha256: link.sha256,
        client_id: link.client_id,
        expires_at: u64::try_from(expires_at).unwrap_or(0),
    }
}
