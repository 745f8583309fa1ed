//! Queues that are parked while an operation has their jobs run.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::time::Instant;

use super::OperationError;
use crate::queue::backend::Operator;

/// The least time between two questions.
const ASK_EVERY: Duration = Duration::from_secs(1);

/// The queues that were parked before: they tell nothing of the operation.
#[derive(Debug, Default)]
pub(super) struct Parked {
    before: Option<BTreeSet<String>>,
    asked: Option<Instant>,
}

impl Parked {
    /// Why an operation on jobs of `queue`, or of any, is to stop: what they need has gone since it was asked
    /// first, so that they would only wait. It is asked again after a second.
    pub(super) async fn ask(
        &mut self,
        operator: &Operator,
        queue: Option<&str>,
    ) -> Result<Option<String>, OperationError> {
        if self.asked.is_some_and(|at| at.elapsed() < ASK_EVERY) {
            return Ok(None);
        }
        let queues = operator.list_queues().await;
        let queues = queues.map_err(OperationError::queue("see whether a queue is parked"))?;
        self.asked = Some(Instant::now());
        let mut parked = BTreeSet::new();
        let mut reason = None;
        for it in queues {
            let Some(parking) = it.parked else {
                continue;
            };
            let is_concerned = queue.is_none_or(|queue| queue == it.name);
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
