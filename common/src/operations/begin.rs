//! Begins an operation.

use mongodb::bson::DateTime;

use super::OperationError;
use super::plan::{check, count};
use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::id::OperationId;
use crate::operation::{Counts, Operation, OperationState, Order};
use crate::queue::backend::operator::Selection;
use crate::store::Store;

/// Stores the operation and an entry of the audit. No job is changed before
/// [`carry_out`](super::carry_out()).
///
/// # Errors
///
/// [`OperationError`]: an order that cannot be carried out, or the database.
pub async fn begin(store: &Store, order: Order) -> Result<Operation, OperationError> {
    check(&order)?;
    let total = count(store, &order).await?;
    let now = Clock::system().now();
    let id = OperationId::generate(&Entropy::system(), now);
    // Before it is stored: nothing is done that the audit does not know of.
    record(store, id, &order).await?;
    let operation = of_order(order, id, i64::try_from(total).unwrap_or(i64::MAX), now);
    Ok(store.insert_operation(&operation).await?)
}

async fn record(store: &Store, id: OperationId, order: &Order) -> Result<(), OperationError> {
    let pace = match order.over {
        Some(over) => format!(" over {} s", over.as_secs_f64()),
        None => String::new(),
    };
    let by = order.by.in_detail();
    let detail = format!("{id}: {}{pace}{by}", order.words);
    let mut entry = order.by.entry(order.verb.act()).about(id);
    if let Selection::Ids(ids) = &order.selection {
        entry = ids.iter().fold(entry, |entry, job| entry.about(job));
    }
    Ok(store.record(entry.with_detail(&detail)).await?)
}

/// The times are the server's, when it is stored.
fn of_order(order: Order, id: OperationId, total: i64, now: DateTime) -> Operation {
    let over = order.over.map(|over| over.as_millis());
    Operation {
        id,
        verb: order.verb,
        selection: order.selection,
        words: order.words,
        by: order.by,
        started_at: now,
        over_ms: over.map(|millis| i64::try_from(millis).unwrap_or(i64::MAX)),
        failure_bound: order.failure_bound.filter(|_| order.verb.makes_run()),
        total,
        counts: Counts::default(),
        cursor: None,
        deleting: Vec::new(),
        state: OperationState::Running,
        reason: None,
        stop_reason: None,
        drives: 0,
        driver: None,
        touched_at: now,
        finished_at: None,
        expire_at: now,
    }
}
