//! A job as it is stored.

use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Bson, DateTime, RawDocumentBuf};
use serde::{Deserialize, Deserializer};

use super::{Outcome, Status, text};
use crate::compat;
use crate::error::Error;
use crate::model::RetryStrategy;
use crate::opaque;

/// A job that was with so many workers when their leases ran out may be why. The first time says
/// nothing: whatever a worker has at that moment is counted.
pub(crate) const SUSPECT_CRASHES: i32 = 2;

/// Said of a job whose unique key is free as soon as a worker has it.
pub(crate) const UNTIL_STARTED: &str = "started";

/// A metadata entry. Keys contain dots, so they cannot be field names.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct MetadataEntry {
    #[serde(deserialize_with = "text::required")]
    pub(crate) k: String,
    #[serde(deserialize_with = "text::required")]
    pub(crate) v: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct StoredAttempt {
    pub(crate) attempt: i64,
    #[serde(deserialize_with = "text::required")]
    pub(crate) worker: String,
    #[serde(default)]
    pub(crate) due_at: Option<DateTime>,
    pub(crate) started_at: DateTime,
    pub(crate) finished_at: DateTime,
    pub(crate) outcome: Outcome,
    #[serde(default, deserialize_with = "text::optional")]
    pub(crate) error: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct StoredLine {
    pub(crate) at: DateTime,
    pub(crate) attempt: i64,
    #[serde(deserialize_with = "text::required")]
    pub(crate) line: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct JobDocument {
    #[serde(rename = "_id", deserialize_with = "text::id")]
    pub(crate) id: String,
    #[serde(deserialize_with = "text::required")]
    pub(crate) queue: String,
    pub(crate) status: Status,
    pub(crate) priority: i32,
    pub(crate) run_at: DateTime,
    #[serde(deserialize_with = "opaque::field")]
    pub(crate) args: Bson,
    #[serde(default)]
    pub(crate) metadata: Vec<MetadataEntry>,
    pub(crate) attempts: i32,
    pub(crate) max_attempts: i32,
    #[serde(default)]
    pub(crate) snoozes: i32,
    #[serde(default)]
    pub(crate) crashes: i32,
    #[serde(default)]
    pub(crate) max_crashes: Option<i64>,
    #[serde(default, deserialize_with = "retry_strategy")]
    pub(crate) retry: Option<RetryStrategy>,
    #[serde(default, deserialize_with = "text::optional")]
    pub(crate) unique_key: Option<String>,
    #[serde(default, deserialize_with = "text::optional")]
    pub(crate) unique_until: Option<String>,
    #[serde(default, deserialize_with = "text::optional")]
    pub(crate) idempotency_key: Option<String>,
    #[serde(default, deserialize_with = "text::optional")]
    pub(crate) worker: Option<String>,
    #[serde(default)]
    pub(crate) lock_token: Option<ObjectId>,
    #[serde(default)]
    pub(crate) started_at: Option<DateTime>,
    #[serde(default)]
    pub(crate) lease_until: Option<DateTime>,
    #[serde(default, deserialize_with = "opaque::optional_field")]
    pub(crate) result: Option<Bson>,
    #[serde(default, deserialize_with = "text::optional")]
    pub(crate) last_error: Option<String>,
    #[serde(default)]
    pub(crate) history: Vec<StoredAttempt>,
    #[serde(default, deserialize_with = "opaque::optional_field")]
    pub(crate) progress: Option<Bson>,
    #[serde(default)]
    pub(crate) log: Vec<StoredLine>,
    pub(crate) created_at: DateTime,
    #[serde(default)]
    pub(crate) finished_at: Option<DateTime>,
}

/// A strategy that a newer version knows alone counts as none: the queue's own holds.
fn retry_strategy<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<RetryStrategy>, D::Error> {
    let stored = opaque::optional_field(deserializer)?;
    Ok(stored.and_then(|stored| compat::from_bson(stored).ok()))
}

impl JobDocument {
    /// Whether it may have crashed workers, so that it is run apart from others like it.
    pub(crate) fn is_suspect(&self) -> bool {
        self.crashes >= SUSPECT_CRASHES
    }

    /// Whether its unique key is free as soon as a worker has it.
    pub(crate) fn frees_key_at_claim(&self) -> bool {
        self.unique_key.is_some() && self.unique_until.as_deref() == Some(UNTIL_STARTED)
    }

    pub(crate) fn from_raw(raw: &RawDocumentBuf) -> Result<Self, Error> {
        compat::from_raw(raw).map_err(|source| Error::Malformed {
            id: super::lenient::Fields(raw).told_id(),
            source,
        })
    }
}
