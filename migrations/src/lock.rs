//! The lock: one process migrates at a time.

use std::time::{Duration, Instant};

use mongodb::bson::{Document, doc};
use mongodb::options::WriteConcern;
use mongodb::{Collection, Database};

use crate::MigrationError;

const LOCK_COLLECTION: &str = "schema_lock";
const LOCK_ID: &str = "migrate";
const DUPLICATE_KEY: i32 = 11000;

/// How long the lock outlives a holder that does not renew it.
pub(crate) const LEASE: Duration = Duration::from_secs(60);

/// How long it is not renewed: most actions on a new database take some milliseconds.
const RENEW_EVERY: Duration = Duration::from_secs(10);

/// The lock, held.
pub(crate) struct Lock {
    rows: Collection<Document>,
    holder: String,
    /// Counted from before the lease was written.
    renewed_at: Instant,
}

impl Lock {
    /// Takes the lock, or says who has it.
    pub(crate) async fn acquire(
        database: &Database,
        holder: String,
    ) -> Result<Self, MigrationError> {
        let lock = Self {
            rows: database.collection(LOCK_COLLECTION),
            holder,
            renewed_at: Instant::now(),
        };
        lock.make_row().await?;
        let free = doc! {
            "_id": LOCK_ID,
            "$or": [
                { "holder": null },
                { "$expr": { "$lte": ["$expires_at", "$$NOW"] } },
            ],
        };
        let taken = lock
            .rows
            .update_one(free, vec![lock.claim()])
            .write_concern(WriteConcern::majority())
            .await
            .map_err(MigrationError::database("take the migration lock"))?;
        if taken.matched_count == 1 {
            Ok(lock)
        } else {
            Err(lock.held_by_another().await)
        }
    }

    /// Makes the row that is fought over, unless it is there.
    async fn make_row(&self) -> Result<(), MigrationError> {
        let made = self
            .rows
            .update_one(
                doc! { "_id": LOCK_ID },
                doc! { "$setOnInsert": { "holder": null } },
            )
            .upsert(true)
            .await;
        match made {
            Err(error) if !is_duplicate_key(&error) => {
                Err(MigrationError::database("make the migration lock")(error))
            }
            _ => Ok(()),
        }
    }

    /// Makes the lease last from now on, unless that was done a moment ago; fails when the lock went to
    /// somebody else.
    pub(crate) async fn renew(&mut self) -> Result<(), MigrationError> {
        let now = Instant::now();
        if now.duration_since(self.renewed_at) < RENEW_EVERY {
            return Ok(());
        }
        let result = self
            .rows
            .update_one(
                doc! { "_id": LOCK_ID, "holder": &self.holder },
                vec![self.claim()],
            )
            .await
            .map_err(MigrationError::database("renew the migration lock"))?;
        if result.matched_count == 1 {
            self.renewed_at = now;
            Ok(())
        } else {
            Err(MigrationError::LockLost)
        }
    }

    /// Gives the lock back.
    pub(crate) async fn release(self) -> Result<(), MigrationError> {
        self.rows
            .update_one(
                doc! { "_id": LOCK_ID, "holder": &self.holder },
                doc! { "$set": { "holder": null }, "$unset": { "expires_at": "" } },
            )
            .await
            .map(drop)
            .map_err(MigrationError::database("release the migration lock"))
    }

    fn claim(&self) -> Document {
        let lease_millis = i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX);
        doc! { "$set": {
            "holder": &self.holder,
            "expires_at": { "$add": ["$$NOW", lease_millis] },
        } }
    }

    async fn held_by_another(&self) -> MigrationError {
        match self.rows.find_one(doc! { "_id": LOCK_ID }).await {
            Ok(row) => MigrationError::Locked {
                holder: row
                    .and_then(|row| row.get_str("holder").map(str::to_owned).ok())
                    .unwrap_or_else(|| "it has just been released".to_owned()),
                seconds: LEASE.as_secs(),
            },
            Err(error) => MigrationError::database("read the migration lock")(error),
        }
    }
}

fn is_duplicate_key(error: &mongodb::error::Error) -> bool {
    use mongodb::error::{ErrorKind, WriteFailure};
    matches!(
        error.kind.as_ref(),
        ErrorKind::Write(WriteFailure::WriteError(write)) if write.code == DUPLICATE_KEY
    )
}
