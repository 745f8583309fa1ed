//! A job that no longer fits into its document once it is claimed.

use mongodb::bson::doc;

use crate::error::Error;
use crate::metrics;
use crate::model::{Status, field as f};
use crate::queries::claim::{self, Claim};
use crate::queries::dead_letter::dead_letter;
use crate::queries::oversized;
use crate::runtime::worker::WorkerRuntime;

const REASON: &str = "the job is so large that a claim does not fit into its document";

/// After a claim of `ids` that was refused with `error`, and given back: makes those of them dead
/// that refuse it because of their size, so that they hold up the others no more than this once. Each
/// large one is claimed alone, which is what tells.
pub(super) async fn end_oversized(
    worker: &WorkerRuntime,
    claim: &Claim,
    ids: &[String],
    error: &Error,
) {
    if !error.is_about_size() {
        return;
    }
    if let Err(error) = try_each(worker, claim, ids).await {
        tracing::warn!(%error, queue = worker.config.queue, "large jobs could not be dead-lettered");
    }
}

async fn try_each(worker: &WorkerRuntime, claim: &Claim, ids: &[String]) -> Result<(), Error> {
    let (db, config) = (&worker.db, &worker.config);
    for id in oversized::large(db, config, ids).await? {
        let Some(job) = oversized::waiting(db, config, &id).await? else {
            continue;
        };
        match claim::claim(db, claim, vec![job]).await {
            Err(error) if error.is_about_size() => {
                let filter = doc! { f::ID: &id, f::STATUS: Status::Pending };
                let limit = config.call_limit();
                let ended = dead_letter(&worker.jobs(), limit, filter, REASON).await?;
                if ended {
                    tracing::error!(job = id, queue = config.queue, "the job is dead: {REASON}");
                    metrics::dead(&config.queue);
                }
            }
            claimed => {
                super::take::undo(worker, claim.token, &[id]).await;
                claimed?;
            }
        }
    }
    Ok(())
}
