//! Bringing the database up to date.

use mongodb::Database;
use mongodb::bson::oid::ObjectId;

use crate::ledger::{self, LedgerRow};
use crate::lock::Lock;
use crate::{Action, Migration, MigrationError, all};

/// What a migration run reports while it goes on.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// A migration is about to be applied.
    Applying(&'a Migration),
    /// A migration was applied and recorded.
    Applied(&'a Migration),
}

/// One migration and whether the database has seen it.
#[derive(Clone, Debug)]
pub struct Status {
    /// The migration, as this program knows it.
    pub migration: Migration,
    /// Its row in the ledger, if it was applied.
    pub applied: Option<LedgerRow>,
}

impl Status {
    /// Whether the migration that was applied is the one this program knows.
    pub fn is_unchanged(&self) -> bool {
        self.applied
            .as_ref()
            .is_none_or(|row| row.checksum == self.migration.checksum())
    }
}

/// Every migration this program knows, with its state. A ledger that is ahead (an update is under
/// way) is none of this program's business.
///
/// # Errors
///
/// [`MigrationError::Database`].
pub async fn status(database: &Database) -> Result<Vec<Status>, MigrationError> {
    let rows = ledger::read(database).await?;
    Ok(all()
        .into_iter()
        .map(|migration| Status {
            applied: rows
                .iter()
                .find(|row| row.number == migration.number && row.applied_at.is_some())
                .cloned(),
            migration,
        })
        .collect())
}

/// Applies what the database has not seen, in order; returns how many that were.
///
/// Safe to run from several processes at once: one of them migrates, the others are told
/// [`MigrationError::Locked`]; [`migrate_when_free`](crate::migrate_when_free) waits instead. Safe to
/// run again after an interruption.
///
/// # Errors
///
/// [`MigrationError`]; migrations before the failed one stay applied.
pub async fn migrate(
    database: &Database,
    mut report: impl FnMut(Event<'_>),
) -> Result<usize, MigrationError> {
    let holder = format!("process {} ({})", std::process::id(), ObjectId::new());
    let mut lock = Lock::acquire(database, holder).await?;
    let outcome = apply_missing(database, &mut lock, &mut report).await;
    let released = lock.release().await;
    let applied = outcome?;
    released?;
    Ok(applied)
}

async fn apply_missing(
    database: &Database,
    lock: &mut Lock,
    report: &mut impl FnMut(Event<'_>),
) -> Result<usize, MigrationError> {
    let all = status(database).await?;
    if let Some(changed) = all.iter().find(|status| !status.is_unchanged()) {
        return Err(MigrationError::Changed {
            number: changed.migration.number,
            name: changed.migration.name,
        });
    }
    let mut applied = 0;
    for Status { migration, .. } in all.iter().filter(|status| status.applied.is_none()) {
        report(Event::Applying(migration));
        for actions in migration.actions.chunk_by(Action::goes_with) {
            lock.renew().await?;
            Action::apply(actions, database).await?;
        }
        ledger::record(database, migration).await?;
        report(Event::Applied(migration));
        applied += 1;
    }
    Ok(applied)
}
