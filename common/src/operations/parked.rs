//! Queues that are parked while an operation has their jobs run.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::time::Instant;

use super::OperationError;
use crate::operation::Operation;
use crate::queue::backend::Operator;
use crate::queue::backend::operator::{Selection, StepOptions};

/// The least time between two questions.
const ASK_EVERY: Duration = Duration::from_secs(1);

/// The queues that were parked before: they tell nothing of the operation.
#[derive(Debug, Default)]
pub(super) struct Parked {
    before: Option<BTreeSet<String>>,
    asked: Option<Instant>,
    /// The queues of the operation's jobs.
    concerned: Option<BTreeSet<String>>,
}

impl Parked {
    /// Why `operation` is to stop: what its jobs need has gone since it was asked first, so that they would
    /// only wait. It is asked again after a second.
    pub(super) async fn ask(
        &mut self,
        operator: &Operator,
        operation: &Operation,
    ) -> Result<Option<String>, OperationError> {
        if self.asked.is_some_and(|at| at.elapsed() < ASK_EVERY) {
            return Ok(None);
        }
        let concerned = match self.concerned.take() {
            Some(concerned) => concerned,
            None => queues_of(operator, operation).await?,
        };
        let concerned = self.concerned.insert(concerned);
        let queues = operator.list_queues().await;
        let queues = queues.map_err(OperationError::queue("see whether a queue is parked"))?;
        self.asked = Some(Instant::now());
        let mut parked = BTreeSet::new();
        let mut reason = None;
        for it in queues {
            let Some(parking) = it.parked else {
                continue;
            };
            let is_concerned = concerned.contains(&it.name);
            let known = self.before.as_ref();
            let is_new = known.is_some_and(|known| !known.contains(&it.name));
            if is_concerned && is_new {
                reason = Some(format!("queue {} is parked: {}", it.name, parking.reason));
            }
            parked.insert(it.name);
        }
        self.before = Some(parked);
        Ok(reason)
    }
}

/// The queues of the jobs that it is the turn of from now on. Other queues may be parked as they like.
async fn queues_of(
    operator: &Operator,
    operation: &Operation,
) -> Result<BTreeSet<String>, OperationError> {
    if let Selection::Filter(filter) = &operation.selection
        && let Some(queue) = &filter.queue
    {
        return Ok(BTreeSet::from([queue.clone()]));
    }
    let options = StepOptions {
        after: operation.cursor.clone(),
        cutoff: Some(operation.started_at),
        ..StepOptions::default()
    };
    let change = operation.verb.change();
    let queues = operator.step_queues(change, &operation.selection, &options);
    let queues = queues.await;
    queues.map_err(OperationError::queue("see of which queues jobs are"))
}
