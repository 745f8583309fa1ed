//! Why an operation is not carried out.

use crate::id::OperationId;
use crate::operation::Verb;
use crate::queue::JobState;
use crate::store::StoreError;

/// Why an operation is not carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OperationError {
    /// Nothing says which jobs are meant.
    #[error("say which jobs are meant: name them, or a queue, a state or another property")]
    Everything,
    /// Too many jobs are named one by one.
    #[error("{named} jobs are named one by one, and {most} can be: select them by a property")]
    TooManyIds {
        /// How many are named.
        named: usize,
        /// How many can be.
        most: usize,
    },
    /// A state is asked for in which nothing can be done.
    #[error("{}", wrong_state(.verb, .state))]
    WrongState {
        /// What is to be done.
        verb: Verb,
        /// In which state it cannot be done.
        state: JobState,
    },
    /// There is no such operation.
    #[error("there is no operation {0} (any more)")]
    NotFound(OperationId),
    /// It was the turn of every job.
    #[error("operation {0} is done: there is nothing left to do; begin another one")]
    Done(OperationId),
    /// Another process carries it out.
    #[error(
        "another process carries out operation {0}: stop it first \
         (`dossier-worker jobs operations --stop {0}`), or wait for its end"
    )]
    Driven(OperationId),
    /// It was stopped while its process was waited for.
    #[error(
        "operation {id} was stopped meanwhile ({reason}): resume it once more if it is to go on"
    )]
    Stopped {
        /// Which one.
        id: OperationId,
        /// Why it has stopped.
        reason: String,
    },
    /// A cohort that there is not.
    #[error("there is no cohort {0} of dead jobs (any more)")]
    NoCohort(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl OperationError {
    /// Whether the primary cannot be reached, is changing, or was too slow: the same call may succeed a few
    /// seconds later.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_unavailable())
    }

    /// For `map_err`: puts a name to what was asked of the queue.
    pub(super) fn queue(operation: &'static str) -> impl Fn(crate::queue::backend::Error) -> Self {
        move |source| StoreError::Queue { operation, source }.into()
    }
}

fn wrong_state(verb: &Verb, state: &JobState) -> String {
    let states: Vec<&str> = verb.states().iter().map(|it| it.as_str()).collect();
    let states = match states.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    };
    format!(
        "only {states} jobs can be {}, and not {state} ones",
        verb.past()
    )
}
