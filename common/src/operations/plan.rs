//! What an order would do.

use std::collections::BTreeMap;

use serde::Serialize;

use super::OperationError;
use crate::operation::Order;
use crate::queue::JobState;
use crate::queue::backend::JobFilter;
use crate::queue::backend::operator::{Selection, StepOptions};
use crate::store::Store;

/// So many jobs can be named one by one.
const MAX_IDS: usize = 10_000;

/// What an order would do now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// How many jobs would be changed.
    pub matched: u64,
    /// All jobs that are selected, by their state, those that would be left alone included.
    pub states: BTreeMap<JobState, u64>,
}

/// What `order` would do now; nothing is changed.
///
/// # Errors
///
/// [`OperationError`]: an order that cannot be carried out, or the database.
pub async fn plan(store: &Store, order: &Order) -> Result<Plan, OperationError> {
    check(order)?;
    let states = store
        .queue_operator()
        .count_selected(&order.selection)
        .await
        .map_err(OperationError::queue("count selected jobs by state"))?;
    Ok(Plan {
        matched: count(store, order).await?,
        states,
    })
}

/// How many jobs `order` would change now.
pub(super) async fn count(store: &Store, order: &Order) -> Result<u64, OperationError> {
    let options = StepOptions::default();
    let operator = store.queue_operator();
    let count = operator.count_steps(order.verb.change(), &order.selection, &options);
    count
        .await
        .map_err(OperationError::queue("count selected jobs"))
}

/// Whether `order` can be carried out.
pub(super) fn check(order: &Order) -> Result<(), OperationError> {
    match &order.selection {
        Selection::Ids(ids) if ids.is_empty() => Err(OperationError::Everything),
        Selection::Ids(ids) if ids.len() > MAX_IDS => Err(OperationError::TooManyIds {
            named: ids.len(),
            most: MAX_IDS,
        }),
        Selection::Ids(_) => Ok(()),
        Selection::Filter(filter) if *filter == JobFilter::default() => {
            Err(OperationError::Everything)
        }
        Selection::Filter(filter) => {
            let verb = order.verb;
            let wrong = filter.states.iter().find(|state| !verb.applies_to(**state));
            match wrong {
                Some(state) => Err(OperationError::WrongState {
                    verb,
                    state: *state,
                }),
                None => Ok(()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::{Initiator, Verb};

    fn checked(verb: Verb, selection: impl Into<Selection>) -> Result<(), OperationError> {
        check(&Order::new(verb, selection, Initiator::operator("ada")))
    }

    #[test]
    fn an_order_says_which_jobs_and_only_those_that_it_can_be_done_to() {
        let dead = || JobFilter::default().state(JobState::Dead);
        assert!(checked(Verb::Retry, dead()).is_ok());
        assert!(checked(Verb::Delete, Selection::id("job_1")).is_ok());
        let refused = checked(Verb::Cancel, dead()).map_err(|error| error.to_string());
        let told = "only scheduled, ready and running jobs can be cancelled, and not dead ones";
        assert_eq!(refused, Err(told.to_owned()));
        let nothing = checked(Verb::Delete, Selection::Ids(Vec::new()));
        assert!(matches!(nothing, Err(OperationError::Everything)));
        let all = checked(Verb::Delete, JobFilter::default());
        assert!(matches!(all, Err(OperationError::Everything)));
    }
}
