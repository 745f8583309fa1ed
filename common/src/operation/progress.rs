//! How far an operation is.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Verb;
use crate::id::OperationId;

/// What has come of an operation so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Jobs that it was the turn of; never more than were selected when it began.
    pub reached: i64,
    /// Jobs that were changed.
    pub changed: i64,
    /// Jobs left alone because another one holds their unique key by now.
    pub conflicts: i64,
    /// Jobs left alone because the database refuses the change for what they hold.
    pub refused: i64,
    /// Jobs that were changed and have ended an attempt since, as far as that was seen.
    pub ended: i64,
    /// Those of them whose attempt failed, whether they are tried again or not.
    pub failed: i64,
}

/// How far an operation is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Which operation.
    pub id: OperationId,
    /// What is done.
    pub verb: Verb,
    /// How many jobs were selected when it began.
    pub total: i64,
    /// What has come of it.
    pub counts: Counts,
    /// How long it goes on at the present pace; `None` when it has none.
    pub left: Option<Duration>,
}
