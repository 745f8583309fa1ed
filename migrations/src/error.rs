//! Why the database could not be migrated.

/// Why the database could not be migrated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MigrationError {
    /// The database could not carry out an operation.
    #[error("could not {operation}: {}", source.kind)]
    Database {
        /// What was being done.
        operation: String,
        /// The driver's account of it.
        source: mongodb::error::Error,
    },
    /// An applied migration is not the one this program knows.
    #[error(
        "migration {number} ({name}) was changed after it was applied: what the database has is \
         not what this program describes; restore the original and add a new migration instead"
    )]
    Changed {
        /// Which migration.
        number: i32,
        /// What it is called here.
        name: &'static str,
    },
    /// Somebody else is migrating.
    #[error(
        "another process holds the migration lock ({holder}); it is released within {seconds} s \
         if that process is gone"
    )]
    Locked {
        /// Who holds it.
        holder: String,
        /// How long it can take until it is free.
        seconds: u64,
    },
    /// The lock was lost to somebody else while a migration ran.
    #[error("the migration lock was lost; run the migration again")]
    LockLost,
}

impl MigrationError {
    pub(crate) fn database(
        operation: impl Into<String>,
    ) -> impl FnOnce(mongodb::error::Error) -> Self {
        let operation = operation.into();
        move |source| Self::Database { operation, source }
    }
}
