//! What can go wrong with the store.

use mongodb::error::{Error as DriverError, ErrorKind, TRANSIENT_TRANSACTION_ERROR, WriteFailure};

/// The field on which a write clashed with what is stored already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Conflict {
    /// An account with this address exists.
    Email,
    /// A request with this idempotency key was carried out.
    IdempotencyKey,
    /// A group with this name exists.
    GroupName,
}

/// What can go wrong with the store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The database could not carry out an operation.
    #[error("could not {operation}: {}", source.kind)]
    Database {
        /// What was being done.
        operation: &'static str,
        /// The driver's account of it.
        source: DriverError,
    },
    /// The queue could not take a job.
    #[error("could not {operation}: {source}")]
    Queue {
        /// What was being done.
        operation: &'static str,
        /// The queue's account of it.
        source: apalis_mongodb::Error,
    },
    /// A unique field clashed.
    #[error("a record with this {0:?} exists already")]
    Conflict(Conflict),
    /// The bytes of a file are not all there.
    #[error("the stored bytes of {blob} are incomplete")]
    BlobIncomplete {
        /// Which bytes.
        blob: crate::id::BlobId,
    },
    /// A document was to be meant for a group that there is not (any more).
    #[error("there is no such group")]
    UnknownGroup,
    /// The stored bytes of a file are not the ones that were sealed for it.
    #[error(
        "the stored bytes of {blob} or their key were changed since they were sealed: restore them from a backup"
    )]
    BlobDamaged {
        /// Which bytes.
        blob: crate::id::BlobId,
    },
    /// The bytes of a file are sealed, and nothing here opens them.
    #[error(
        "the bytes of {blob} are sealed under key {kid}, which BLOB_KEYS does not have: put it back"
    )]
    BlobKeyMissing {
        /// Which bytes.
        blob: crate::id::BlobId,
        /// The key that is missing.
        kid: String,
    },
    /// The directory or bucket that bytes are in failed.
    #[error("could not {operation}: {source}")]
    Bytes {
        /// What was being done.
        operation: &'static str,
        /// Its account of it.
        source: std::io::Error,
    },
    /// An upload was given up before its document was added: its process was not heard of in time.
    #[error("the upload was given up: it took longer than its lease")]
    UploadExpired,
    /// A newer request goes on with a resumable upload: nothing of what this one wrote counts.
    #[error("another request goes on with the upload")]
    UploadTaken,
    /// A background task of the store ended before its time.
    #[error("a task of the store was ended: {0}")]
    Task(#[from] tokio::task::JoinError),
}

impl StoreError {
    /// For `map_err`: puts a name to what was being done.
    pub(crate) fn database(operation: &'static str) -> impl Fn(DriverError) -> Self {
        move |source| Self::Database { operation, source }
    }

    /// For `map_err`: puts a name to what was being done with a directory or a bucket.
    pub(crate) fn bytes<E: Into<std::io::Error>>(operation: &'static str) -> impl Fn(E) -> Self {
        move |source| Self::Bytes {
            operation,
            source: source.into(),
        }
    }

    /// For `map_err`: puts a name to what was being enqueued.
    pub(crate) fn queue(operation: &'static str) -> impl Fn(apalis_mongodb::Error) -> Self {
        move |source| Self::Queue { operation, source }
    }

    /// Whether the same transaction may go through a little later: it met another one at the same
    /// document, or the primary changed.
    pub fn is_transient(&self) -> bool {
        self.has_label(TRANSIENT_TRANSACTION_ERROR)
    }

    /// Whether the primary cannot be reached, is changing, or was too slow, or the store of bytes
    /// failed: the same call may succeed a few seconds later.
    pub fn is_unavailable(&self) -> bool {
        match self {
            Self::Bytes { .. } => !self.is_out_of_space(),
            Self::Queue {
                source: apalis_mongodb::Error::TimedOut { .. },
                ..
            } => true,
            _ => self.driver_error().is_some_and(is_unavailable),
        }
    }

    /// Whether the volume of the database or of the bytes is full: what writes fails until somebody makes
    /// room.
    pub fn is_out_of_space(&self) -> bool {
        match self {
            Self::Bytes { source, .. } => is_volume_full(source),
            _ => self.driver_error().is_some_and(is_out_of_space),
        }
    }

    /// Whether the database has no record any more of the changes that were asked for, or none that can be read on.
    pub fn has_lost_changes(&self) -> bool {
        let kind = self.driver_error().map(|error| error.kind.as_ref());
        matches!(kind, Some(ErrorKind::Command(command)) if LOST_CHANGES_CODES.contains(&command.code))
    }

    fn has_label(&self, label: &str) -> bool {
        self.driver_error()
            .is_some_and(|error| error.contains_label(label))
    }

    fn driver_error(&self) -> Option<&DriverError> {
        match self {
            Self::Database { source, .. }
            | Self::Queue {
                source: apalis_mongodb::Error::Database { source, .. },
                ..
            } => Some(source),
            _ => None,
        }
    }

    /// Turns a duplicate key of `index` into a [`Conflict`]; leaves every other error alone.
    pub(crate) fn or_conflict(self, index: &str, conflict: Conflict) -> Self {
        match &self {
            Self::Database { source, .. } if duplicate_key_of(source, index) => {
                Self::Conflict(conflict)
            }
            _ => self,
        }
    }
}

/// What a server says that is not a primary (any more), loses its connections, or was too slow:
/// HostUnreachable, HostNotFound, MaxTimeMSExpired, WriteConcernFailed, NetworkTimeout,
/// ShutdownInProgress, ReadConcernMajorityNotAvailableYet, PrimarySteppedDown, ExceededTimeLimit,
/// SocketException, LegacyNotPrimary, NotWritablePrimary, InterruptedAtShutdown,
/// InterruptedDueToReplStateChange, NotPrimaryNoSecondaryOk, NotPrimaryOrSecondary.
const UNAVAILABLE_CODES: [i32; 16] = [
    6, 7, 50, 64, 89, 91, 134, 189, 262, 9001, 10058, 10107, 11600, 11602, 13435, 13436,
];

fn is_unavailable(error: &DriverError) -> bool {
    match error.kind.as_ref() {
        // A GridFS stream wraps the driver's own errors.
        ErrorKind::Io(error) => match error.get_ref().and_then(|it| it.downcast_ref()) {
            Some(wrapped) => is_unavailable(wrapped),
            None => true,
        },
        ErrorKind::ServerSelection { .. }
        | ErrorKind::ConnectionPoolCleared { .. }
        | ErrorKind::DnsResolve { .. } => true,
        ErrorKind::Command(command) => UNAVAILABLE_CODES.contains(&command.code),
        ErrorKind::Write(WriteFailure::WriteError(write)) => {
            UNAVAILABLE_CODES.contains(&write.code)
        }
        ErrorKind::Write(WriteFailure::WriteConcernError(concern)) => {
            UNAVAILABLE_CODES.contains(&concern.code)
        }
        _ => false,
    }
}

/// What a server says of a change stream that cannot go on from where it was: CappedPositionLost,
/// ChangeStreamFatalError, ChangeStreamHistoryLost, OplogQueryMinTsMissing.
const LOST_CHANGES_CODES: [i32; 4] = [136, 280, 286, 326];

/// What a server says when its volume is full: OutOfDiskSpace.
const OUT_OF_DISK_SPACE: i32 = 14031;

fn is_out_of_space(error: &DriverError) -> bool {
    match error.kind.as_ref() {
        // A GridFS stream wraps the driver's own errors.
        ErrorKind::Io(error) => error
            .get_ref()
            .and_then(|it| it.downcast_ref::<DriverError>())
            .is_some_and(is_out_of_space),
        ErrorKind::Command(command) => command.code == OUT_OF_DISK_SPACE,
        ErrorKind::Write(WriteFailure::WriteError(write)) => write.code == OUT_OF_DISK_SPACE,
        ErrorKind::Write(WriteFailure::WriteConcernError(concern)) => {
            concern.code == OUT_OF_DISK_SPACE
        }
        ErrorKind::InsertMany(failure) => {
            let mut writes = failure.write_errors.iter().flatten();
            writes.any(|write| write.code == OUT_OF_DISK_SPACE)
                || matches!(&failure.write_concern_error, Some(it) if it.code == OUT_OF_DISK_SPACE)
        }
        _ => false,
    }
}

/// Whether `error`, or what it came of, is a volume or a quota that is used up.
fn is_volume_full(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{QuotaExceeded, StorageFull};

    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = next {
        let kind = error.downcast_ref().map(std::io::Error::kind);
        if matches!(kind, Some(StorageFull | QuotaExceeded)) {
            return true;
        }
        next = error.source();
    }
    false
}

/// Whether `error` is a duplicate key (11000) of any index.
pub(super) fn is_duplicate_key(error: &DriverError) -> bool {
    duplicate_key_of(error, "")
}

/// Whether `error` is a duplicate key (11000) of the index called `index`.
fn duplicate_key_of(error: &DriverError, index: &str) -> bool {
    match error.kind.as_ref() {
        ErrorKind::Write(WriteFailure::WriteError(write)) => {
            write.code == 11000 && write.message.contains(index)
        }
        // findAndModify fails as a whole.
        ErrorKind::Command(command) => command.code == 11000 && command.message.contains(index),
        _ => false,
    }
}
