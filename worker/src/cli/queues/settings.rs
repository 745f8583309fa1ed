//! What is set for a queue, and the audit's entry of a change.

use dossier_common::audit::{Act, Actor, AuditEntry};
use dossier_common::clock::Clock;
use dossier_common::entropy::Entropy;
use dossier_common::queue::backend::operator::QueueRecord;
use dossier_common::store::Store;

/// What is set for `queue` now.
pub(super) async fn of(store: &Store, queue: &str) -> anyhow::Result<QueueRecord> {
    let queues = store.queue_operator().list_queues().await?;
    let stored = queues.into_iter().find(|it| it.name == queue);
    Ok(stored.unwrap_or_else(|| QueueRecord::unset(queue.to_owned())))
}

/// Says in the audit that an operator does `act` to `queue`. Before it is done: nothing is changed that
/// the audit does not know of.
pub(super) async fn record(
    store: &Store,
    act: Act,
    queue: &str,
    detail: Option<&str>,
) -> anyhow::Result<()> {
    let entry = AuditEntry::of_now(act, &Clock::system(), &Entropy::system())
        .by_program(Actor::Operator)
        .about(queue);
    let entry = match detail {
        Some(detail) => entry.with_detail(detail),
        None => entry,
    };
    Ok(store.record(entry).await?)
}
