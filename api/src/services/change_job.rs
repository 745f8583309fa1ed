//! What admins do to one job.

use std::ops::ControlFlow;

use dossier_common::operations::{self, Order, Verb};
use dossier_common::queue::JobState;
use dossier_common::queue::backend::operator::Selection;

use super::order::initiator;
use crate::extract::Caller;
use crate::problem::{Code, Fails, Problem};
use crate::state::AppState;

/// Does `verb` to the job `id`, if its state allows that.
///
/// # Errors
///
/// [`Problem`]: not found, or a conflict that says what to do instead.
pub async fn change_job(
    state: &AppState,
    caller: &Caller,
    id: &str,
    verb: Verb,
) -> Result<(), Problem> {
    let job = state.store.find_job(id).await?;
    let job = job.ok_or_else(Problem::not_found)?;
    if !verb.applies_to(job.state) {
        return Err(wrong_state(verb, job.state));
    }
    let order = Order::new(verb, Selection::id(&job.id), initiator(caller));
    let order = order.until_failures(None);
    let operation = operations::begin(&state.store, order).await?;
    // The request has a task of its own, so that it is not dropped half-way.
    let done =
        operations::carry_out(&state.store, operation, |_| ControlFlow::Continue(())).await?;
    let counts = done.counts;
    match counts.changed {
        0 if counts.conflicts > 0 => Err(Problem::new(
            Code::Conflict,
            "Another job has its unique key by now. Please let that one end, or cancel it, and try again.",
        )),
        0 if counts.refused > 0 => Err(Problem::new(
            Code::Conflict,
            "The database refuses the change for what the job holds. Please delete the job and have it enqueued again.",
        )),
        0 => Err(Problem::new(
            Code::Conflict,
            "The job has changed meanwhile. Please look at it and try again.",
        )),
        _ => Ok(()),
    }
}

fn wrong_state(verb: Verb, state: JobState) -> Problem {
    let advice = match (verb, state) {
        (Verb::Retry, JobState::Scheduled) => "it is tried again by itself; run it now instead",
        (Verb::Retry, JobState::Ready) => "it waits for a worker and needs nothing",
        (Verb::Retry | Verb::RunNow, JobState::Running) => {
            "it runs already; to start it over, release it"
        }
        (Verb::RunNow, JobState::Dead | JobState::Cancelled) => "retry it instead",
        (Verb::Delete, JobState::Running) => "cancel it first",
        (Verb::Release, JobState::Scheduled | JobState::Ready) => "no worker has it",
        (_, JobState::Malformed) => "no worker can read it; delete it",
        _ => "it has ended",
    };
    let detail = format!("The job is {state}: {advice}.");
    Problem::new(Code::Conflict, detail)
}

/// What [`change_job`] can fail in.
#[derive(Clone, Copy, Debug)]
pub struct ChangeJob;

impl Fails for ChangeJob {
    fn codes() -> Vec<Code> {
        vec![Code::NotFound, Code::Conflict]
    }
}
