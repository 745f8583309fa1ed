//! Whether the database is one that this program can work with.

use std::time::Duration;

use dossier_startup::{ServerError, diagnose, ensure_replicated, wait_for_primary};
use mongodb::bson::{Document, doc};
use tokio::time::timeout;

use super::{Store, StoreError, collection};
use crate::queue::QueueSettings;

/// The number of the newest migration this program was written against.
pub const SCHEMA_VERSION: i32 = 20;

/// Why the database cannot be worked with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// The server is none that can be worked with, or there is no primary.
    #[error(transparent)]
    Server(#[from] ServerError),
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

/// How long the look at the schema may take once there is a primary.
const SCHEMA_LIMIT: Duration = Duration::from_secs(5);

impl Store {
    /// Connects ([`Store::connect`]) and makes sure that the database can be worked with
    /// ([`Store::wait_for_schema`]).
    ///
    /// # Errors
    ///
    /// [`SchemaError`], whose text says what to do.
    pub async fn open(
        uri: &str,
        application: &str,
        settings: &QueueSettings,
    ) -> Result<Self, SchemaError> {
        let store = Self::connect(uri, application, settings).await?;
        store.wait_for_schema().await?;
        Ok(store)
    }

    /// As [`Store::check_schema`], for the start of a program: waits some seconds for a primary,
    /// whatever `MONGODB_URI` says of time limits, and says what is wrong with the servers if there
    /// is none.
    ///
    /// # Errors
    ///
    /// [`SchemaError`], whose text says what to do.
    pub async fn wait_for_schema(&self) -> Result<(), SchemaError> {
        wait_for_primary(&self.options).await?;
        let store = self.clone();
        // In a task of its own, which goes on: a database call must not be dropped half-way.
        let checking = tokio::spawn(async move { store.check_schema().await });
        match timeout(SCHEMA_LIMIT, checking).await {
            Ok(ended) => ended.map_err(StoreError::from)?,
            Err(_) => {
                let reason = diagnose(&self.options).await;
                // Servers that only answer together, as behind a load balancer.
                let hosts = || self.options.hosts.iter().map(ToString::to_string);
                Err(reason.unwrap_or_else(|| ServerError::NotInTime {
                    host: hosts().collect::<Vec<_>>().join(", "),
                }))?
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
        ensure_replicated(&hello)?;
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
