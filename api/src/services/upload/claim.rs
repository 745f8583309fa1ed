//! An upload under an idempotency key that is under way: others with the same key are told so.

use std::time::Duration;

use dossier_common::digest::Sha256;
use dossier_common::id::BlobId;
use dossier_common::store::Store;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::refusal::stored;
use crate::problem::Problem;
use crate::state::AppState;

/// How long a key stays claimed by a process that died.
const LEASE: Duration = Duration::from_secs(60);

const RENEW_EVERY: Duration = Duration::from_secs(15);

/// When another request with the key may come again.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// The claim of an upload on its key. It is renewed until it is [released](Self::release) or dropped.
#[derive(Debug)]
pub(super) struct Claim {
    end: oneshot::Sender<()>,
    holding: JoinHandle<()>,
}

impl Claim {
    /// Claims the key that is remembered under `id` for `upload`.
    ///
    /// # Errors
    ///
    /// [`Problem`] when another request has it.
    pub(super) async fn take(
        state: &AppState,
        id: Sha256,
        upload: BlobId,
    ) -> Result<Self, Problem> {
        let claimed = state.store.claim_idempotency_key(id, upload, LEASE).await;
        if !claimed.map_err(stored)? {
            let detail = "A request with this Idempotency-Key is under way. Please send it again in a few seconds, for \
                          its answer.";
            return Err(Problem::under_way(RETRY_AFTER, detail).closing_connection());
        }
        let (end, ended) = oneshot::channel();
        let holding = tokio::spawn(hold(state.store.clone(), (id, upload), ended));
        Ok(Self { end, holding })
    }

    /// Ends the claim, and waits for that.
    pub(super) async fn release(self) {
        drop(self.end);
        if let Err(error) = self.holding.await {
            tracing::warn!(%error, "an idempotency key is released only when its lease is over");
        }
    }
}

/// Keeps the claim until `ended` says so, or nobody is there any more who could.
async fn hold(store: Store, (id, upload): (Sha256, BlobId), mut ended: oneshot::Receiver<()>) {
    loop {
        tokio::select! {
            _ = &mut ended => break,
            () = sleep(RENEW_EVERY) => {}
        }
        match store.renew_idempotency_claim(id, upload, LEASE).await {
            Ok(true) => {}
            Ok(false) => {
                tracing::warn!("the claim on an idempotency key was lost: its lease was over");
                return;
            }
            Err(error) => tracing::warn!(%error, "the claim on an idempotency key was not renewed"),
        }
    }
    if let Err(error) = store.release_idempotency_claim(id, upload).await {
        tracing::warn!(%error, "an idempotency key is released only when its lease is over");
    }
}
