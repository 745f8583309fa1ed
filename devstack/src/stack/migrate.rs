//! Brings the database to the schema the programs expect.

use super::error::Error;
use super::service::{command, run_once};
use super::supervised::Stack;

pub(super) async fn migrate(stack: &Stack) -> Result<(), Error> {
    let mut migrate = command(
        &stack.prepared.migrate,
        &[("MONGODB_URI", stack.mongodb_uri.clone())],
    );
    migrate.arg("up");
    let migrated = run_once(migrate, "").await;
    let is_own = stack.mongod.is_some();
    migrated.map(drop).map_err(|error| match is_own {
        true => Error::Migration(error.into()),
        false => Error::ForeignMigration(error.into()),
    })
}
