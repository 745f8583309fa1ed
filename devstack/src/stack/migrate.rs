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
    migrated
        .map(drop)
        .map_err(|error| Error::Migration(error.into()))
}
