//! The lock: one process migrates at a time.

use std::time::Duration;

use mongodb::bson::{Document, doc};
use mongodb::options::ReturnDocument;
use mongodb::{Collection, Database};

use crate::MigrationError;

const LOCK_COLLECTION: &str = "schema_lock";
const LOCK_ID: &str = "migrate";
const DUPLICATE_KEY: i32 = 11000;

/// How long the lock outlives a holder that does not renew it.
pub(crate) const LEASE: Duration = Duration::from_secs(60);

/// The lock, held.
pub(crate) struct Lock {
    rows: Collection<Document>,
    holder: String,
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
        };
        // Free, expired, or not there yet; a holder that is alive makes the upsert clash.
        let free = doc! {
            "_id": LOCK_ID,
            "$or": [
                { "holder": &lock.holder },
                { "$expr": { "$lte": ["$expires_at", "$$NOW"] } },
            ],
        };
        let taken = lock
            .rows
            .find_one_and_update(free, vec![lock.claim()])
            .upsert(true)
            .return_document(ReturnDocument::After)
            .await;
        match taken {
            Ok(_) => Ok(lock),
            Err(error) if is_duplicate_key(&error) => Err(lock.held_by_another().await),
            Err(error) => Err(MigrationError::database("take the migration lock")(error)),
        }
    }

    /// Makes the lease last from now on; fails when the lock went to somebody else.
    pub(crate) async fn renew(&self) -> Result<(), MigrationError> {
        let result = self
            .rows
            .update_one(
                doc! { "_id": LOCK_ID, "holder": &self.holder },
                vec![self.claim()],
            )
            .await
            .map_err(MigrationError::database("renew the migration lock"))?;
        if result.matched_count == 1 {
            Ok(())
        } else {
            Err(MigrationError::LockLost)
        }
    }

    /// Gives the lock back.
    pub(crate) async fn release(self) -> Result<(), MigrationError> {
        self.rows
            .delete_one(doc! { "_id": LOCK_ID, "holder": &self.holder })
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
    matches!(
        error.kind.as_ref(),
        mongodb::error::ErrorKind::Command(command) if command.code == DUPLICATE_KEY
    )
}
