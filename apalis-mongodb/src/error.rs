//! What can go wrong.

use apalis_core::error::BoxDynError;

/// A failure of a queue operation.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The database refused or failed an operation. The text leaves out the raw reply, which the
    /// driver's own text has and which may hold stored values.
    #[error("{operation}: {}", source.kind)]
    Database {
        /// What was being done.
        operation: &'static str,
        /// The driver's error.
        #[source]
        source: mongodb::error::Error,
    },
    /// A payload could not be encoded or decoded.
    #[error("payload: {0}")]
    Codec(#[source] BoxDynError),
    /// A stored document is not a job.
    #[error("job {id} cannot be read: {source}")]
    Malformed {
        /// The document's id.
        id: String,
        /// What is wrong with it.
        #[source]
        source: BsonError,
    },
    /// A queue name with characters outside `a-z 0-9 . _ -`, or not 1 to 64 long.
    #[error("queue name {0:?} is not 1 to 64 of a-z 0-9 . _ -")]
    InvalidQueueName(String),
    /// A job state that does not exist.
    #[error("unknown job state {0:?}; one of scheduled, ready, running, done, dead, cancelled")]
    UnknownState(String),
    /// A page cursor that this crate did not hand out.
    #[error("invalid page cursor")]
    InvalidCursor,
    /// A job with this id exists already.
    #[error("a job with the id {0} exists already")]
    DuplicateId(String),
    /// The job holding a unique or idempotency key kept changing while it was looked up.
    #[error("the job that holds the key {0:?} could not be determined; try again")]
    KeyContention(String),
    /// A finished job cannot live again while another one holds its unique key.
    #[error("another job holds the unique key of job {0} by now")]
    KeyTaken(String),
    /// The lease of the job this handle belongs to is gone.
    #[error("the lease of job {0} is lost")]
    LeaseLost(String),
    /// No job has this id.
    #[error("no job {0}")]
    NotFound(String),
    /// A storage made from its configuration alone needs [`Config::database_uri`], with a
    /// database's name in it and not `mongodb+srv`.
    ///
    /// [`Config::database_uri`]: crate::Config::database_uri
    #[error("Config::database_uri is missing, names no database or is mongodb+srv")]
    NoDatabase,
    /// Transactions and change streams need a replica set; a single-node one is enough.
    #[error("the server is a standalone mongod; start it with --replSet and initiate it")]
    NotReplicaSet,
    /// A background task of this crate ended before it answered, as at shutdown.
    #[error("a background task ended before it answered")]
    Stopped,
}

/// BSON that does not fit its type.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BsonError(#[source] pub(crate) BoxDynError);

impl Error {
    /// The same failure, for another one of those who share it.
    pub(crate) fn again(&self) -> Self {
        match self {
            Self::Database { operation, source } => Self::Database {
                operation,
                source: source.clone(),
            },
            Self::NotReplicaSet => Self::NotReplicaSet,
            _ => Self::Stopped,
        }
    }
}

/// Names the operation of a driver error, or says that a replica set is needed if that is what the
/// server means.
pub(crate) trait Context<T> {
    fn context(self, operation: &'static str) -> Result<T, Error>;
}

impl<T> Context<T> for Result<T, mongodb::error::Error> {
    fn context(self, operation: &'static str) -> Result<T, Error> {
        self.map_err(|source| {
            if needs_replica_set(&source) {
                Error::NotReplicaSet
            } else {
                Error::Database { operation, source }
            }
        })
    }
}

pub(crate) const DUPLICATE_KEY: i32 = 11000;
const ILLEGAL_OPERATION: i32 = 20;
const CHANGE_STREAM_WITHOUT_REPLICATION: i32 = 40573;

/// Whether a standalone server was asked for a transaction or a change stream.
fn needs_replica_set(error: &mongodb::error::Error) -> bool {
    let mongodb::error::ErrorKind::Command(command) = error.kind.as_ref() else {
        return false;
    };
    match command.code {
        CHANGE_STREAM_WITHOUT_REPLICATION => true,
        // The driver replaces the server's sentence by advice about something else.
        ILLEGAL_OPERATION => ["Transaction numbers", "does not support retryable writes"]
            .iter()
            .any(|sentence| command.message.contains(sentence)),
        _ => false,
    }
}

/// Whether a write failed because a unique index already holds its key.
pub(crate) fn is_duplicate_key(error: &mongodb::error::Error) -> bool {
    use mongodb::error::{ErrorKind, WriteFailure};
    match error.kind.as_ref() {
        ErrorKind::Write(WriteFailure::WriteError(write)) => write.code == DUPLICATE_KEY,
        ErrorKind::Command(command) => command.code == DUPLICATE_KEY,
        _ => false,
    }
}
