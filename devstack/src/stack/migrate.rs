//! Brings the database to the schema the programs expect.

use std::path::Path;

use super::error::Error;
use super::service::{command, run_once};
use super::supervised::Stack;

impl Stack {
    /// Brings the database to the schema of another version, whose `dossier-migrate` this is, while
    /// everything runs.
    ///
    /// # Errors
    ///
    /// When it fails; the error holds all it said.
    pub async fn migrate_with(&self, program: &Path) -> Result<String, Error> {
        let mut migrate = command(program, &[("MONGODB_URI", self.mongodb_uri.clone())]);
        migrate.arg("up");
        run_once(migrate, "").await
    }
}

pub(super) async fn migrate(stack: &Stack) -> Result<(), Error> {
    let migrated = stack.migrate_with(&stack.prepared.migrate).await;
    let is_own = stack.mongod.is_some();
    migrated.map(drop).map_err(|error| match is_own {
        true => Error::Migration(error.into()),
        false => Error::ForeignMigration(error.into()),
    })
}
