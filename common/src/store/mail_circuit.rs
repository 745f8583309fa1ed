//! Whether the mail server takes mails at all: what has failed since the last mail that it took, across
//! all workers. While too much has, the queue of mails is parked.

use mongodb::bson::{DateTime, doc};
use mongodb::options::ReturnDocument;
use serde::{Deserialize, Serialize};

use super::{OPERATION_LIMIT, Store, StoreError};

/// There is one mail server.
const ID: &str = "smtp";

/// So much has to fail until mails are parked.
const MAX_FAILURES: usize = 5;

/// What has failed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct MailCircuit {
    #[serde(rename = "_id")]
    id: String,
    /// At most [`MAX_FAILURES`] of them.
    failures: Vec<String>,
    #[serde(default)]
    failed_at: Option<DateTime>,
}

impl MailCircuit {
    fn is_open(&self) -> bool {
        self.failures.len() >= MAX_FAILURES
    }
}

/// How much has failed since the last mail that the mail server took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MailFailures {
    /// So much, up to what parks the mails.
    pub count: usize,
    /// The last time.
    pub failed_at: Option<DateTime>,
}

impl Store {
    /// Counts a failure to send a mail; the same `failure` counts once. Whether too much has failed.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn count_mail_failure(
        &self,
        failure: &str,
        now: DateTime,
    ) -> Result<bool, StoreError> {
        let known = doc! { "$ifNull": ["$failures", []] };
        let failures = doc! { "$setUnion": [known, [{ "$literal": failure }]] };
        let most = i32::try_from(MAX_FAILURES).unwrap_or(i32::MAX);
        let update = doc! { "$set": {
            "failures": { "$slice": [failures, most] },
            "failed_at": now,
        } };
        let counted = self
            .collections
            .mail_circuits
            .find_one_and_update(doc! { "_id": ID }, vec![update])
            .upsert(true)
            .return_document(ReturnDocument::After)
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("count a failure of mail"))?;
        Ok(counted.is_some_and(|circuit| circuit.is_open()))
    }

    /// Whether anything has failed since the last mail that was sent.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn has_mail_failures(&self) -> Result<bool, StoreError> {
        Ok(self.mail_failures().await?.count > 0)
    }

    /// How much has failed since the last mail that was sent.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn mail_failures(&self) -> Result<MailFailures, StoreError> {
        let found = self
            .collections
            .mail_circuits
            .find_one(doc! { "_id": ID })
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("read the failures of mail"))?;
        let failures = |circuit: MailCircuit| MailFailures {
            count: circuit.failures.len(),
            failed_at: circuit.failed_at,
        };
        Ok(found.map(failures).unwrap_or_default())
    }

    /// Forgets what has failed: a mail was sent.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn forget_mail_failures(&self) -> Result<(), StoreError> {
        self.collections
            .mail_circuits
            .delete_one(doc! { "_id": ID })
            .await
            .map(drop)
            .map_err(StoreError::database("forget the failures of mail"))
    }
}
