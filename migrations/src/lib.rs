//! The history of the Dossier database.
//!
//! A [`Migration`] is a list of [`Action`]s, all data: that is what its checksum is taken of, and
//! why a migration that was applied once cannot be edited unnoticed. Actions are idempotent, so a
//! run that was interrupted is simply run again. Definitions are frozen here and never imported
//! from the crates that use them: a migration is history, models move on.

mod action;
mod error;
mod ledger;
mod lock;
mod retention;
mod runner;
mod steps;
mod wait;

pub use action::Action;
pub use error::MigrationError;
pub use ledger::{LEDGER_COLLECTION, LedgerRow};
pub use retention::{DEFAULT_RETENTION_DAYS, keep_audit_for};
pub use runner::{Event, Status, migrate, status};
pub use steps::{Migration, all};
pub use wait::migrate_when_free;
