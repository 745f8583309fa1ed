//! Operations that go on, or stop.

use std::time::Duration;

use dossier_common::id::OperationId;
use dossier_common::operations::{self, Operation, OperationState};

use super::operate::place;
use super::order::initiator;
use crate::extract::Caller;
use crate::problem::{Code, Fails, Problem};
use crate::state::AppState;

/// A process that carries an operation out is seen more often than this.
const SEEN_WITHIN: Duration = Duration::from_secs(5);

/// Goes on in this process with an operation that has stopped, or whose process has died.
///
/// # Errors
///
/// [`Problem`]: not found, a conflict when it is done or carried out, or too many that are.
pub async fn resume(
    state: &AppState,
    caller: &Caller,
    id: OperationId,
) -> Result<Operation, Problem> {
    let operation = find(state, id).await?;
    if operation.state == OperationState::Running && is_carried_out(state, &operation).await? {
        let detail =
            "A process carries the operation out. Please stop it first, or wait for its end.";
        return Err(Problem::new(Code::Conflict, detail));
    }
    if operation.is_done() {
        let detail = "The operation is done, and nothing is left to do. Please begin another one.";
        return Err(Problem::new(Code::Conflict, detail));
    }
    let place = place(state)?;
    place.resume(id, initiator(caller)).await?;
    find(state, id).await
}

/// Has whoever carries the operation out stop.
///
/// # Errors
///
/// [`Problem`]: not found, or a conflict when it is done.
pub async fn stop(
    state: &AppState,
    caller: &Caller,
    id: OperationId,
) -> Result<Operation, Problem> {
    Ok(operations::stop(&state.store, id, &initiator(caller)).await?)
}

async fn find(state: &AppState, id: OperationId) -> Result<Operation, Problem> {
    let operation = state.store.find_operation(id).await?;
    operation.ok_or_else(Problem::not_found)
}

/// Whether a process was seen to carry it out a moment ago, by the database's clock.
async fn is_carried_out(state: &AppState, operation: &Operation) -> Result<bool, Problem> {
    let now = state.store.server_time().await?;
    Ok(now.saturating_duration_since(operation.touched_at) < SEEN_WITHIN)
}

/// What [`resume`] and [`stop`] can fail in.
#[derive(Clone, Copy, Debug)]
pub struct ResumeOperation;

impl Fails for ResumeOperation {
    fn codes() -> Vec<Code> {
        vec![Code::NotFound, Code::Conflict, Code::RateLimited]
    }
}
