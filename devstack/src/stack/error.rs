//! Why the stack is not up.

use std::io;
use std::process::ExitStatus;

use crate::mongod;
use crate::process::{BuildError, NotReady};

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
    /// The database is not what the programs expect, and could not be brought there.
    #[error(
        "the database cannot be migrated; `cargo dev reset --yes` throws it away and starts afresh"
    )]
    Migration(#[source] Box<Error>),
    /// There is no such worker.
    #[error("there is no worker with process id {0}")]
    UnknownWorker(u32),
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
        move |source| Self::Io {
            operation: operation.into(),
            source,
        }
    }
}
