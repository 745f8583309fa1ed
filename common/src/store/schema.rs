//! Whether the database is one that this program can work with.

use std::time::Duration;

use mongodb::bson::{Document, doc};
use tokio::time::Instant;

use super::{Store, StoreError, collection};

/// The number of the newest migration this program was written against.
pub const SCHEMA_VERSION: i32 = 6;

/// Why the database cannot be worked with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// No replica set: no transactions, no change streams.
    #[error(
        "the MongoDB server is a standalone one; Dossier needs transactions and change streams, \
         which only a replica set has (a single-node one is enough): start mongod with \
         --replSet rs0, run rs.initiate() once, and add ?replicaSet=rs0 to MONGODB_URI"
    )]
    Standalone,
    /// The server waits to become part of its replica set.
    #[error(
        "the MongoDB server {host} is not part of its replica set yet: run rs.initiate() once in \
         mongosh on it, and start again"
    )]
    NotInitiated {
        /// Which server.
        host: String,
    },
    /// The server is part of another replica set.
    #[error(
        "the MongoDB server {host} is part of the replica set {found}, and MONGODB_URI asks for \
         {wanted}: correct ?replicaSet= in MONGODB_URI"
    )]
    AnotherSet {
        /// Which server.
        host: String,
        /// The name of its replica set.
        found: String,
        /// The name asked for.
        wanted: String,
    },
    /// No server of the replica set accepts writes.
    #[error(
        "the replica set has no primary right now: rs.status() in mongosh on {host} says why; \
         start again when there is one"
    )]
    NoPrimary {
        /// A server that answered.
        host: String,
    },
    /// Nobody answers.
    #[error(
        "no MongoDB server answers at {hosts}: start it, or correct the address in MONGODB_URI"
    )]
    Unreachable {
        /// The servers that were asked.
        hosts: String,
    },
    /// The migrations were not run.
    #[error(
        "the database is at schema version {found}, this program needs {SCHEMA_VERSION}: run \
         `dossier-migrate up` and start again"
    )]
    Behind {
        /// The version the database is at.
        found: i32,
    },
    /// The database could not be asked.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How long a start waits for a primary.
const START_LIMIT: Duration = Duration::from_secs(10);

/// The pause between two attempts.
const START_PAUSE: Duration = Duration::from_millis(200);

impl Store {
    /// As [`Store::check_schema`], for the start of a program: waits up to ten seconds for a primary,
    /// and says what is wrong with the server if there is none.
    ///
    /// # Errors
    ///
    /// [`SchemaError`], whose text says what to do.
    pub async fn wait_for_schema(&self) -> Result<(), SchemaError> {
        let deadline = Instant::now() + START_LIMIT;
        loop {
            match self.check_schema().await {
                Err(SchemaError::Store(error)) if error.is_unavailable() => {
                    match self.diagnose().await {
                        Some(reason) if reason.stays() || Instant::now() >= deadline => {
                            return Err(reason);
                        }
                        None if Instant::now() >= deadline => return Err(error.into()),
                        _ => tokio::time::sleep(START_PAUSE).await,
                    }
                }
                checked => return checked,
            }
        }
    }

    /// Makes sure that the server is part of a replica set and the migrations were run. A schema
    /// newer than this program is accepted: migrations are made so that the previous version of
    /// the programs can go on during an update.
    ///
    /// # Errors
    ///
    /// [`SchemaError`], whose text says what to run.
    pub async fn check_schema(&self) -> Result<(), SchemaError> {
        let hello = self
            .client
            .database("admin")
            .run_command(doc! { "hello": 1 })
            .await
            .map_err(StoreError::database("ask the server what it is"))?;
        if !hello.contains_key("setName") && hello.get_str("msg").ok() != Some("isdbgrid") {
            return Err(SchemaError::Standalone);
        }
        let newest = self
            .database
            .collection::<Document>(collection::MIGRATIONS)
            .find_one(doc! { "applied_at": { "$ne": null } })
            .sort(doc! { "_id": -1 })
            .await
            .map_err(StoreError::database("read the ledger of migrations"))?;
        let found = newest.map_or(0, |row| row.get_i32("_id").unwrap_or(0));
        if found < SCHEMA_VERSION {
            return Err(SchemaError::Behind { found });
        }
        Ok(())
    }
}
