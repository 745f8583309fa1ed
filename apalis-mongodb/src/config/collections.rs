//! The names of the collections, and typed access to them.

use mongodb::bson::{Document, RawDocumentBuf};
use mongodb::options::{
    CollectionOptions, ReadConcern, ReadPreference, SelectionCriteria, WriteConcern,
};
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
        handle(db, &self.jobs)
    }

    pub(crate) fn raw_jobs(&self, db: &Database) -> Collection<RawDocumentBuf> {
        handle(db, &self.jobs)
    }

    pub(crate) fn workers(&self, db: &Database) -> Collection<Document> {
        handle(db, &self.workers)
    }

    pub(crate) fn raw_workers(&self, db: &Database) -> Collection<RawDocumentBuf> {
        handle(db, &self.workers)
    }

    pub(crate) fn queues(&self, db: &Database) -> Collection<Document> {
        handle(db, &self.queues)
    }

    pub(crate) fn raw_queues(&self, db: &Database) -> Collection<RawDocumentBuf> {
        handle(db, &self.queues)
    }
}

/// A handle that reads the primary's own state and writes to the majority, whatever the connection
/// string says: a queue read from a secondary is an old one, and a read concern of more than `local`
/// waits for the majority at every claim.
fn handle<T: Send + Sync>(db: &Database, name: &str) -> Collection<T> {
    let options = CollectionOptions::builder()
        .selection_criteria(SelectionCriteria::ReadPreference(ReadPreference::Primary))
        .read_concern(ReadConcern::local())
        .write_concern(WriteConcern::majority())
        .build();
    db.collection_with_options(name, options)
}
