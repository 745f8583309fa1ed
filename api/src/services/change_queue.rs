//! What admins do to queues.

use dossier_common::audit::Act;
use dossier_common::overview::QueueOverview;
use dossier_common::queue::backend::QueueLimits;

use crate::extract::Caller;
use crate::overview_feed::READ_LIMIT;
use crate::problem::Problem;
use crate::state::AppState;

/// What is done to a queue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum QueueChange {
    /// No worker takes its jobs any more.
    Pause,
    /// They do again.
    Resume,
    /// It runs at most so fast and so wide.
    Limit(QueueLimits),
}

impl QueueChange {
    fn act(self) -> Act {
        match self {
            Self::Pause => Act::PauseQueue,
            Self::Resume => Act::ResumeQueue,
            Self::Limit(_) => Act::LimitQueue,
        }
    }

    /// More of it, for the audit.
    fn detail(self) -> Option<String> {
        let Self::Limit(limits) = self else {
            return None;
        };
        let running = limits.max_running.map(|most| format!("{most} at once"));
        let rate = limits.rate;
        let rate = rate.map(|rate| format!("{} in {} ms", rate.starts, rate.per.as_millis()));
        let parts: Vec<String> = running.into_iter().chain(rate).collect();
        match parts.is_empty() {
            true => Some("no limits".to_owned()),
            false => Some(parts.join(", ")),
        }
    }
}

/// Changes `queue`, and says how it is then.
///
/// # Errors
///
/// [`Problem`]: there is no such queue, or of the database.
pub async fn change_queue(
    state: &AppState,
    caller: &Caller,
    queue: &str,
    change: QueueChange,
) -> Result<QueueOverview, Problem> {
    check_queue(state, queue).await?;
    let entry = caller.entry(&state.audit, change.act()).about(queue);
    let entry = match change.detail() {
        Some(detail) => entry.with_detail(&detail),
        None => entry,
    };
    // Before it is done: nothing is changed that the audit does not know of.
    state.store.record(entry).await?;
    match change {
        QueueChange::Pause => state.store.pause_queue(queue).await?,
        QueueChange::Resume => state.store.resume_queue(queue).await?,
        QueueChange::Limit(limits) => state.store.limit_queue(queue, limits).await?,
    }
    overview(state, queue).await
}

/// How `queue` is.
///
/// # Errors
///
/// [`Problem`]: there is no such queue, or of the database.
pub async fn find_queue(state: &AppState, queue: &str) -> Result<QueueOverview, Problem> {
    check_queue(state, queue).await?;
    overview(state, queue).await
}

async fn overview(state: &AppState, queue: &str) -> Result<QueueOverview, Problem> {
    Ok(QueueOverview::gather(&state.store, queue, READ_LIMIT).await?)
}

/// Refuses the name of a queue that neither this version nor the database knows.
async fn check_queue(state: &AppState, queue: &str) -> Result<(), Problem> {
    match state.store.has_queue(queue).await? {
        true => Ok(()),
        false => Err(Problem::not_found()),
    }
}
