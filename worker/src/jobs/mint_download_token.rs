//! Minting the encrypted token of a download link.

use dossier_common::file::FileState;
use dossier_common::link::{Link, LinkState};
use dossier_common::queue::{JobError, JobHandle, MintDownloadToken};
use dossier_common::store::StoreError;
use dossier_common::store::files::FileScope;
use dossier_common::token::DownloadClaims;

use super::Run;
use crate::services::Services;

impl Run for MintDownloadToken {
    /// Mints the token of a link that waits for one. A document that is not available any more gets
    /// none: its links are taken back.
    async fn run(self, services: &Services, _handle: &JobHandle) -> Result<(), JobError> {
        let link = services.store.find_link(self.link_id).await?;
        let Some(link) = link.filter(|link| link.state == LinkState::Requested) else {
            return Ok(());
        };
        if !is_available(services, &link).await? {
            services.store.revoke_link(link.id).await?;
            return Ok(());
        }
        let token = services
            .token_keys
            .seal(&claims(&link), services.clock.now());
        services.store.mark_link_ready(link.id, &token).await?;
        Ok(())
    }
}

/// Whether the document is still the one that the link was asked for.
async fn is_available(services: &Services, link: &Link) -> Result<bool, StoreError> {
    let store = &services.store;
    let file = store
        .find_file(link.file_id, &FileScope::Everything)
        .await?;
    Ok(file.is_some_and(|it| {
        let is_offered = it.state == FileState::Available && it.withdrawn.is_none();
        is_offered && it.sha256 == link.sha256
    }))
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
