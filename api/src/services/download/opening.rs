//! What is recorded of a download while its first bytes are sent.

use dossier_common::audit::AuditEntry;
use dossier_common::download::Download;
use dossier_common::file::File;
use dossier_common::store::StoreError;
use tokio::task::JoinHandle;

use crate::extract::Caller;
use crate::services::notices::note_download;
use crate::state::AppState;

/// A download of a link without limit that is being recorded, with its entry in the audit.
#[derive(Debug)]
pub(super) struct Opening(JoinHandle<Result<(), StoreError>>);

impl Opening {
    /// Records it in a task of its own, which nothing ends but its end.
    pub(super) fn begin(
        state: &AppState,
        caller: &Caller,
        file: &File,
        download: Download,
        entry: Option<AuditEntry>,
    ) -> Self {
        let (state, caller, file) = (state.clone(), caller.clone(), file.clone());
        Self(tokio::spawn(async move {
            let now = state.clock.now();
            let recording = state.store.transaction("record a download", |tx| {
                let (download, entry) = (download.clone(), entry.clone());
                Box::pin(async move {
                    tx.record_download(&download, now).await?;
                    match entry {
                        Some(entry) => tx.record(entry).await,
                        None => Ok(()),
                    }
                })
            });
            recording.await?;
            note_download(&state, &caller, &file).await
        }))
    }

    /// Waits until it is recorded.
    pub(super) async fn recorded(self) -> Result<(), StoreError> {
        self.0.await?
    }
}
