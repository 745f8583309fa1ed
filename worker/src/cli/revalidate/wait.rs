//! Waiting for the workers, who do not need it: what is enqueued goes on without us.

use std::time::Duration;

use dossier_common::queue::{QueueName, RevalidateUpload};
use dossier_common::store::Store;

use super::Interrupt;
use super::rest::Rest;
use crate::cli::progress::Progress;

/// How often the queue is asked.
const POLL_EVERY: Duration = Duration::from_secs(1);

/// The queue of the inspections.
const QUEUE: QueueName = QueueName::of::<RevalidateUpload>();

/// Waits until the jobs of `documents` documents have ended; whether Ctrl-C came before.
pub(super) async fn run(
    store: &Store,
    documents: u64,
    before: u32,
    mut interrupt: Interrupt<'_>,
) -> anyhow::Result<bool> {
    if documents == 0 {
        return Ok(false);
    }
    let operator = store.queue_operator();
    let mut progress = Progress::new(documents, "documents");
    let workers = operator.list_workers(Some(QUEUE.as_str())).await?;
    if workers.is_empty() {
        progress.say(&format!(
            "no worker takes jobs from {QUEUE} now: start `dossier-worker run`, or add the queue to WORKER_QUEUES"
        ));
    }
    loop {
        let counts = operator.recent_counts(QUEUE.as_str(), POLL_EVERY).await?;
        let waiting = counts.scheduled + counts.ready + counts.running;
        progress.set(documents.saturating_sub(waiting));
        // The counts are of different instants; what the documents say is exact.
        if waiting == 0 && Rest::find(store, before).await?.waiting == 0 {
            progress.set(documents);
            progress.finish();
            return Ok(false);
        }
        tokio::select! {
            () = tokio::time::sleep(POLL_EVERY) => {}
            _ = interrupt.as_mut() => break,
        }
    }
    progress.say(&format!(
        "interrupted: the workers go on with what is enqueued; the same command waits for them again, \
         and `dossier-worker jobs list --queue {QUEUE}` shows them"
    ));
    progress.finish();
    Ok(true)
}
