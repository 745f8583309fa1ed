//! The names of the collections, and typed access to them.

use mongodb::bson::{Document, RawDocumentBuf};
use mongodb::{Collection, Database};
use serde::{Deserialize, Serialize};

/// The names of the collections a queue lives in.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Collections {
    /// Jobs of all queues.
    pub jobs: String,
    /// One document per running worker.
    pub workers: String,
    /// One document per queue that was paused, limited or counted.
    pub queues: String,
}

impl Default for Collections {
    fn default() -> Self {
        Self {
            jobs: "apalis_jobs".into(),
            workers: "apalis_workers".into(),
            queues: "apalis_queues".into(),
        }
    }
}

impl Collections {
    pub(crate) fn jobs(&self, db: &Database) -> Collection<Document> {
        db.collection(&self.jobs)
    }

    pub(crate) fn raw_jobs(&self, db: &Database) -> Collection<RawDocumentBuf> {
        db.collection(&self.jobs)
    }

    pub(crate) fn workers(&self, db: &Database) -> Collection<Document> {
        db.collection(&self.workers)
    }

    pub(crate) fn queues(&self, db: &Database) -> Collection<Document> {
        db.collection(&self.queues)
    }
}
