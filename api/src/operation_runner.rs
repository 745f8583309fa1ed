//! Carrying out operations on many jobs in this process, a bounded number at once.
//!
//! An operation is a row in the database. When this process stops, so does the operation, and when this
//! process dies, any process can go on with it 15 seconds later (`POST /v1/admin/operations/{id}/resume`, or the
//! command line).

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use dossier_common::id::OperationId;
use dossier_common::operations::{self, Initiator, Operation, OperationError, Progress};
use dossier_common::store::{Store, StoreError};
use dossier_service::Draining;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::timeout;

/// How many operations one process carries out at once.
pub const MAX_AT_ONCE: usize = 4;

/// How long operations may take to stop when the process does.
const ENDING: Duration = Duration::from_secs(5);

/// How long it may take until an operation that is resumed is known to go on.
const RESUMING: Duration = Duration::from_secs(25);

/// Carries out operations; cheap to clone.
#[derive(Clone, Debug)]
pub struct OperationRunner {
    store: Store,
    draining: Draining,
    places: Arc<Semaphore>,
}

/// The place of one operation among those that are carried out at once.
#[derive(Debug)]
pub struct OperationPlace {
    runner: OperationRunner,
    place: OwnedSemaphorePermit,
}

impl OperationRunner {
    /// Of operations in `store`, until `draining` has begun.
    pub fn new(store: Store, draining: Draining) -> Self {
        Self {
            store,
            draining,
            places: Arc::new(Semaphore::new(MAX_AT_ONCE)),
        }
    }

    /// A place for an operation; nothing when too many are carried out.
    pub fn place(&self) -> Option<OperationPlace> {
        let place = self.places.clone().try_acquire_owned().ok()?;
        Some(OperationPlace {
            runner: self.clone(),
            place,
        })
    }

    /// Waits until no operation is carried out, for some seconds at most.
    pub async fn ended(&self) {
        let all = u32::try_from(MAX_AT_ONCE).unwrap_or(u32::MAX);
        if timeout(ENDING, self.places.acquire_many(all))
            .await
            .is_err()
        {
            tracing::warn!(
                "operations on jobs were still under way at the end; resume them in another process"
            );
        }
    }
}

impl OperationPlace {
    /// Carries out `operation` in a task of its own.
    pub fn carry_out(self, operation: Operation) {
        let Self { runner, place } = self;
        tokio::spawn(async move {
            let (id, watch) = (operation.id, runner.watch());
            let ended = operations::carry_out(&runner.store, operation, watch).await;
            told(id, &ended);
            drop(place);
        });
    }

    /// Goes on with the operation `id`, as `by` wants, in a task of its own. Comes back as soon as it goes on,
    /// or with the reason why it does not.
    ///
    /// # Errors
    ///
    /// [`OperationError`].
    pub async fn resume(self, id: OperationId, by: Initiator) -> Result<(), OperationError> {
        let Self { runner, place } = self;
        let (goes_on, waits) = oneshot::channel();
        let task = tokio::spawn(async move {
            let mut goes_on = Some(goes_on);
            let mut watch = runner.watch();
            let resumed = operations::resume(&runner.store, id, &by, |progress| {
                if let Some(goes_on) = goes_on.take() {
                    // Whoever asked may have gone.
                    let _ = goes_on.send(());
                }
                watch(progress)
            });
            let resumed = resumed.await;
            if goes_on.is_none() {
                told(id, &resumed);
            }
            drop(place);
            resumed
        });
        // It has ended, or goes on; if neither is known by then, it waits for the process before.
        let known = timeout(RESUMING, waits).await;
        if !matches!(known, Ok(Err(_))) {
            return Ok(());
        }
        let resumed = task.await.map_err(StoreError::from)?;
        resumed.map(drop)
    }
}

impl OperationRunner {
    /// Stops operations when the process is on its way out.
    fn watch(&self) -> impl FnMut(&Progress) -> ControlFlow<()> + Send + use<> {
        let draining = self.draining.clone();
        move |_| match draining.has_begun() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }
}

/// Logs how an operation ended. It is in its row, too.
fn told(id: OperationId, ended: &Result<Operation, OperationError>) {
    match ended {
        Ok(operation) => tracing::info!(
            operation = %id,
            changed = operation.counts.changed,
            reason = operation.reason.as_deref(),
            "operation {id} is {}",
            operation.state.as_str()
        ),
        Err(error) => tracing::error!(operation = %id, %error, "operation {id} was given up"),
    }
}
