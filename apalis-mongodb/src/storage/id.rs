//! The ids this backend gives.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use apalis_core::task::task_id::{GenerateId, TaskId};
use mongodb::bson::oid::ObjectId;
use serde::{Deserialize, Serialize};

/// The text of an ObjectId, or whatever the enqueuer chose. Generated ones sort by time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MongoId(String);

impl Default for MongoId {
    fn default() -> Self {
        Self(ObjectId::new().to_hex())
    }
}

impl GenerateId for MongoId {
    fn generate() -> TaskId {
        TaskId::from_string(Self::default())
    }
}

impl From<MongoId> for String {
    fn from(id: MongoId) -> Self {
        id.0
    }
}

impl FromStr for MongoId {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for MongoId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
