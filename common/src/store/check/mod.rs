//! Whether documents, bytes, jobs, links and counters agree at one moment; one check a file.

mod difference;
mod erasures;
mod links;
mod missing_bytes;
mod orphans;
mod repair;
mod reservations;
mod snapshot;
mod usage;
mod verdicts;

pub use difference::{Check, Difference};
pub use snapshot::Snapshot;

use super::StoreError;

impl Snapshot {
    /// What `check` finds at this moment, at most [`Snapshot::MOST`] of it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`]. MongoDB ends a transaction after a minute unless it is told otherwise
    /// (`transactionLifetimeLimitSeconds`): when all checks together take longer, one fails.
    pub async fn differences(&mut self, check: Check) -> Result<Vec<Difference>, StoreError> {
        match check {
            Check::MissingBytes => missing_bytes::find(self).await,
            Check::OrphanBytes => orphans::find(self).await,
            Check::MissingVerdicts => verdicts::find(self).await,
            Check::MissingRemovals => erasures::find(self).await,
            Check::StaleLinks => links::find(self).await,
            Check::StaleReservations => reservations::find(self).await,
            Check::StorageUsage => usage::find(self).await,
        }
    }
}
