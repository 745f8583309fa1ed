//! What goes on beside requests: uploads of processes that died are ended, and figures are told.

use std::time::Duration;

use dossier_common::storage::UsageOf;
use dossier_common::store::StoreError;
use metrics::gauge;
use tokio::time::sleep;

use crate::state::AppState;

/// The pause between two times.
const EVERY: Duration = Duration::from_secs(15);

/// Keeps up with the storage until the process ends.
pub fn start(state: AppState) {
    tokio::spawn(async move {
        loop {
            keep_up(&state).await;
            sleep(EVERY).await;
        }
    });
}

/// Tells how much is free, used and reserved, and ends uploads of processes that died: their bytes go, and
/// their room is free again.
pub async fn keep_up(state: &AppState) {
    let limits = &state.limits.storage;
    gauge!("dossier_storage_reserve_bytes").set(limits.reserve_bytes as f64);
    gauge!("dossier_storage_quota_bytes").set(limits.of_all.bytes.unwrap_or(0) as f64);
    // What is not known is no number: an old one would hide a disk that fills up.
    let free = state.free_space.bytes().await;
    gauge!("dossier_storage_free_bytes").set(free.map_or(f64::NAN, |bytes| bytes as f64));
    if let Err(error) = end_uploads(state).await {
        tracing::warn!(%error, "uploads of processes that died are not ended yet");
    }
}

async fn end_uploads(state: &AppState) -> Result<(), StoreError> {
    let ended = state.store.end_expired_reservations().await?;
    if ended > 0 {
        tracing::info!(ended, "uploads of processes that died were ended");
    }
    let usage = state.store.storage_usage(UsageOf::Everybody).await?;
    gauge!("dossier_storage_used_bytes").set(usage.used_bytes as f64);
    Ok(())
}
