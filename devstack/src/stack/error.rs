//! Why the stack is not up.

use std::io;
use std::process::ExitStatus;

use crate::process::{BuildError, NotReady};
use crate::{disk, mongod};

/// A reason for having no running stack.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No MongoDB.
    #[error(transparent)]
    Mongod(#[from] mongod::Error),
    /// No programs.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// A service did not come up.
    #[error(transparent)]
    NotReady(#[from] NotReady),
    /// A program that runs once failed.
    #[error("`{command}` failed ({status}):\n{output}")]
    Failed {
        /// What was run.
        command: String,
        /// How it ended.
        status: ExitStatus,
        /// All it said.
        output: String,
    },
    /// The stack's own database is not what the programs expect, and could not be brought there.
    #[error(
        "the database cannot be migrated; `cargo dev reset --yes` throws it away and starts afresh"
    )]
    Migration(#[source] Box<Error>),
    /// The database at MONGODB_URI is not what the programs expect, and could not be brought there.
    #[error(
        "the database at MONGODB_URI cannot be migrated. It is not the stack's own, and `cargo dev reset` does \
         not touch it: drop it, let MONGODB_URI name another one, or unset MONGODB_URI"
    )]
    ForeignMigration(#[source] Box<Error>),
    /// MONGODB_URI is no address.
    #[error(
        "MONGODB_URI is not the address of a MongoDB: it looks like \
         mongodb://user:password@host:27017/dossier?replicaSet=rs0, with special characters in user and \
         password written as %XX"
    )]
    InvalidUri,
    /// Nothing answers at MONGODB_URI.
    #[error(
        "no MongoDB answers at MONGODB_URI ({server}): start it, correct MONGODB_URI, or unset it to have a \
         mongod of the stack's own"
    )]
    Unreachable {
        /// Its servers.
        server: String,
    },
    /// The server does not know who MONGODB_URI says we are.
    #[error(
        "the MongoDB at MONGODB_URI ({server}) refuses the user and password in it: correct them"
    )]
    Credentials {
        /// Its servers.
        server: String,
    },
    /// What answers at MONGODB_URI is no replica set that the stack can use.
    #[error(
        "a server answers at MONGODB_URI ({server}), but {reason}. Transactions and change streams need a \
         replica set: start mongod with --replSet and run rs.initiate(), let MONGODB_URI name the set, or \
         unset it to have a mongod of the stack's own"
    )]
    Unsuitable {
        /// Its servers.
        server: String,
        /// Why the stack cannot use it.
        reason: String,
    },
    /// The disk is full.
    #[error("could not {operation}, for the disk is full: free some space there, then try again")]
    DiskFull {
        /// What was tried.
        operation: String,
    },
    /// There is little room on the disk.
    #[error(
        "{folder} has {free_mib} MiB free on its disk, and the stack needs {needed_mib} MiB: free some space, \
         or let DOSSIER_STATE_DIR name a folder on another disk"
    )]
    LittleRoom {
        /// The folder of the stack.
        folder: String,
        /// What there is.
        free_mib: u64,
        /// What it takes.
        needed_mib: u64,
    },
    /// There is no such worker.
    #[error("there is no worker with process id {0}")]
    UnknownWorker(u32),
    /// There is no such API.
    #[error("there is no api with process id {0}")]
    UnknownApi(u32),
    /// A stack runs on the folder.
    #[error("a stack is running on this folder; `cargo dev down` stops it")]
    Running,
    /// The folder for the stack's state has content that is not a stack's.
    #[error(
        "{folder} is not empty and no folder of a Dossier stack (it has no {marker}); nothing was \
         changed. Let DOSSIER_STATE_DIR name an empty or a new folder; one that an earlier version \
         of Dossier made has to be deleted by hand"
    )]
    ForeignFolder {
        /// Its path.
        folder: String,
        /// The file that folders of stacks have.
        marker: &'static str,
    },
    /// A file of the state directory does not read.
    #[error("{file} is damaged; `cargo dev reset --yes` starts afresh")]
    Damaged {
        /// Its path.
        file: String,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// A file operation failed.
    #[error("could not {operation}")]
    Io {
        /// What was tried.
        operation: String,
        /// What went wrong.
        #[source]
        source: io::Error,
    },
}

impl Error {
    /// Names the file operation that failed.
    pub(super) fn io(operation: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        move |source| {
            let operation = operation.into();
            if disk::is_full(&source) {
                Self::DiskFull { operation }
            } else {
                Self::Io { operation, source }
            }
        }
    }
}
