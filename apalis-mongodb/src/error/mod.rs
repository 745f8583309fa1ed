//! What can go wrong.

mod refusal;

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
    /// The server did not answer in time; whether it carried the operation out is not known.
    #[error("{operation}: no answer within {limit:?}")]
    TimedOut {
        /// What was being done.
        operation: &'static str,
        /// How long it could have taken.
        limit: std::time::Duration,
    },
    /// The server refused one statement of a command.
    #[error("{operation}: {message} (code {code})")]
    Refused {
        /// What was being done.
        operation: &'static str,
        /// The server's code of the error.
        code: i32,
        /// The server's words.
        message: String,
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
    /// A setting that cannot work.
    #[error("invalid configuration: {0}")]
    InvalidConfig(String),
    /// A job state that does not exist.
    #[error(
        "unknown job state {0:?}; one of scheduled, ready, running, done, dead, cancelled, malformed"
    )]
    UnknownState(String),
    /// A page cursor that this crate did not hand out.
    #[error("invalid page cursor")]
    InvalidCursor,
    /// A job with this id exists already.
    #[error("a job with the id {0} exists already")]
    DuplicateId(String),
    /// A job was given an id that is too long.
    #[error("a job's id of {bytes} bytes is over {limit}: put what is long into the payload")]
    IdTooLong {
        /// How long it is.
        bytes: usize,
        /// How long it may be.
        limit: usize,
    },
    /// The job holding a unique or idempotency key kept changing while it was looked up.
    #[error("the job that holds the key {0:?} could not be determined; try again")]
    KeyContention(String),
    /// A finished job cannot live again while another one holds its unique key.
    #[error("another job holds the unique key of job {0} by now")]
    KeyTaken(String),
    /// The job is in a state that does not allow the operation.
    #[error("job {id} is {state}: {advice}")]
    WrongState {
        /// The job's id.
        id: String,
        /// Its state.
        state: crate::JobState,
        /// What to do instead.
        advice: &'static str,
    },
    /// A rate that grants no start, or whose period is not 1 ms to 1 day long.
    #[error("a rate of {starts} starts per {per:?}: it takes 1 start or more per 1 ms to 1 day")]
    InvalidRate {
        /// Jobs that may start in a period.
        starts: u32,
        /// The length of a period.
        per: std::time::Duration,
    },
    /// The lease of the job this handle belongs to is gone.
    #[error("the lease of job {0} is lost")]
    LeaseLost(String),
    /// No job has this id.
    #[error("no job {0}")]
    NotFound(String),
    /// The address of the database names none. A storage made from its configuration alone needs
    /// [`Config::database_uri`], with a database's name in it and not `mongodb+srv`.
    ///
    /// [`Config::database_uri`]: crate::Config::database_uri
    #[error(
        "the database's address is missing, names no database, or is mongodb+srv in Config::database_uri"
    )]
    NoDatabase,
    /// Transactions and change streams need a replica set; a single-node one is enough.
    #[error("the server is a standalone mongod; start it with --replSet and initiate it")]
    NotReplicaSet,
    /// The thread for heartbeats could not be started.
    #[error("start a thread for heartbeats: {0}")]
    HeartbeatThread(#[source] std::io::Error),
    /// The server is older than MongoDB 6.0.
    #[error("the server is MongoDB {0}, and this crate needs 6.0 or newer: upgrade the server")]
    ServerTooOld(String),
    /// An index is missing, or is there but not unique, that keeps keys unique. Jobs with a unique
    /// or an idempotency key are refused, for two could have the same.
    #[error(
        "the unique index {index} of the collection {collection} is missing: create it (apalis_mongodb::setup or your \
         migrations); until then jobs with a key are refused"
    )]
    MissingIndex {
        /// The name that [`indexes`](crate::indexes()) has for it.
        index: &'static str,
        /// The collection of the jobs.
        collection: String,
    },
    /// A background task of this crate ended before it answered, as at shutdown.
    #[error("a background task ended before it answered")]
    Stopped,
}

/// BSON that does not fit its type.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BsonError(#[source] pub(crate) BoxDynError);

impl serde::ser::Error for BsonError {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self(message.to_string().into())
    }
}

impl Error {
    /// The same failure, for another one of those who share it.
    pub(crate) fn again(&self) -> Self {
        match self {
            Self::Database { operation, source } => Self::Database {
                operation,
                source: source.clone(),
            },
            Self::TimedOut { operation, limit } => Self::TimedOut {
                operation,
                limit: *limit,
            },
            Self::Refused {
                operation,
                code,
                message,
            } => Self::Refused {
                operation,
                code: *code,
                message: message.clone(),
            },
            Self::NotReplicaSet => Self::NotReplicaSet,
            Self::MissingIndex { index, collection } => Self::MissingIndex {
                index,
                collection: collection.clone(),
            },
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
