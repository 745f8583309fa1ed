//! The process that carries an operation out.

use mongodb::bson::oid::ObjectId;

use super::OperationError;
use crate::audit::Outcome;
use crate::host::host_name;
use crate::id::OperationId;
use crate::operation::{Operation, OperationState};
use crate::store::Store;

/// The process that carries an operation out, as long as no other one has taken it over.
#[derive(Debug)]
pub(super) struct Driver<'s> {
    pub(super) store: &'s Store,
    pub(super) operation: Operation,
    name: String,
}

impl<'s> Driver<'s> {
    /// This process, from now on. If the operation was `seen` to be carried out by another one, only
    /// unless it was stopped since.
    pub(super) async fn take(
        store: &'s Store,
        id: OperationId,
        seen: Option<&Operation>,
    ) -> Result<Self, OperationError> {
        let name = format!("{}.{} {}", host_name(), std::process::id(), ObjectId::new());
        if let Some(operation) = store.take_operation(id, &name, seen).await? {
            return Ok(Self {
                store,
                operation,
                name,
            });
        }
        match store.find_operation(id).await? {
            None => Err(OperationError::NotFound(id)),
            Some(operation) if operation.is_done() => Err(OperationError::Done(id)),
            Some(operation) => match stopped_since(seen, operation) {
                Some(reason) => Err(OperationError::Stopped { id, reason }),
                None => Err(OperationError::Driven(id)),
            },
        }
    }

    /// Stores how far it is; why it is to stop, if somebody wants it to.
    pub(super) async fn save(&self) -> Result<Option<String>, OperationError> {
        let saved = self.store.save_operation(&self.operation, &self.name);
        match saved.await? {
            Some(operation) => Ok(operation.stop_reason),
            None => Err(OperationError::Driven(self.operation.id)),
        }
    }

    /// Stores that it is done or has stopped, with an entry of the audit.
    pub(super) async fn end(
        self,
        state: OperationState,
        reason: Option<&str>,
    ) -> Result<Operation, OperationError> {
        let Self {
            store,
            operation,
            name,
        } = self;
        let ended = store
            .end_operation(&operation, &name, state, reason)
            .await?;
        let ended = ended.ok_or(OperationError::Driven(operation.id))?;
        record(store, &ended).await?;
        Ok(ended)
    }
}

/// Why the operation was stopped, or is to stop, since it was `seen`.
fn stopped_since(seen: Option<&Operation>, now: Operation) -> Option<String> {
    let seen = seen?;
    match now.state {
        OperationState::Stopped => Some(now.reason.unwrap_or_default()),
        _ => now
            .stop_reason
            .filter(|_| now.drives == seen.drives && seen.stop_reason.is_none()),
    }
}

async fn record(store: &Store, operation: &Operation) -> Result<(), OperationError> {
    let (verb, counts) = (operation.verb, operation.counts);
    let code = match operation.state {
        OperationState::Done => "operation_done",
        OperationState::Running | OperationState::Stopped => "operation_stopped",
    };
    let mut detail = format!(
        "{}: {} of {} jobs were {}",
        operation.id,
        counts.changed,
        operation.total,
        verb.past()
    );
    if counts.ended > 0 {
        let more = format!(", {} ended since, {} failed", counts.ended, counts.failed);
        detail.push_str(&more);
    }
    if let Some(reason) = &operation.reason {
        detail.push_str(&format!("; {reason}"));
    }
    let entry = operation.by.entry(verb.act()).about(operation.id);
    let entry = entry.with_outcome(Outcome::Done, code).with_detail(&detail);
    Ok(store.record(entry).await?)
}
