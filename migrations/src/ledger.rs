//! The ledger: which migrations the database has seen.

use futures_util::TryStreamExt;
use mongodb::bson::{DateTime, doc};
use mongodb::options::WriteConcern;
use mongodb::{Collection, Database};
use serde::{Deserialize, Serialize};

use crate::{Migration, MigrationError};

/// The ledger's collection.
pub const LEDGER_COLLECTION: &str = "schema_migrations";

/// One applied migration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerRow {
    /// Its number.
    #[serde(rename = "_id")]
    pub number: i32,
    /// What it was called.
    pub name: String,
    /// The SHA-256 of what it did, in hexadecimal.
    pub checksum: String,
    /// When it was completed, by the server's clock.
    pub applied_at: Option<DateTime>,
}

fn collection(database: &Database) -> Collection<LedgerRow> {
    database.collection(LEDGER_COLLECTION)
}

/// All rows, in order.
pub(crate) async fn read(database: &Database) -> Result<Vec<LedgerRow>, MigrationError> {
    let rows = collection(database)
        .find(doc! {})
        .sort(doc! { "_id": 1 })
        .await
        .map_err(MigrationError::database("read the ledger"))?;
    rows.try_collect()
        .await
        .map_err(MigrationError::database("read the ledger"))
}

/// Records that `migration` was completed.
pub(crate) async fn record(
    database: &Database,
    migration: &Migration,
) -> Result<(), MigrationError> {
    let row = doc! { "$set": {
        "name": migration.name,
        "checksum": migration.checksum(),
        "applied_at": "$$NOW",
    } };
    collection(database)
        .update_one(doc! { "_id": migration.number }, vec![row])
        .upsert(true)
        .write_concern(WriteConcern::majority())
        .await
        .map(drop)
        .map_err(MigrationError::database("write the ledger"))
}
