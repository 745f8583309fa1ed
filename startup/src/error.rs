//! Why the database server cannot be worked with.

/// Why the database server cannot be worked with. Every text says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// No replica set: no transactions, no change streams.
    #[error(
        "the MongoDB server is a standalone one; Dossier needs transactions and change streams, \
         which only a replica set has (a single-node one is enough): start mongod with \
         --replSet rs0, run rs.initiate() once, and add ?replicaSet=rs0 to MONGODB_URI"
    )]
    Standalone,
    /// The server waits to become part of its replica set.
    #[error(
        "the MongoDB server {host} is not part of its replica set yet: run rs.initiate() once in \
         mongosh on it, and start again"
    )]
    NotInitiated {
        /// Which server.
        host: String,
    },
    /// The server is part of another replica set.
    #[error(
        "the MongoDB server {host} is part of the replica set {found}, and MONGODB_URI asks for \
         {wanted}: correct ?replicaSet= in MONGODB_URI"
    )]
    AnotherSet {
        /// Which server.
        host: String,
        /// The name of its replica set.
        found: String,
        /// The name asked for.
        wanted: String,
    },
    /// No server of the replica set accepts writes.
    #[error(
        "the replica set has no primary right now: rs.status() in mongosh on {host} says why; \
         start again when there is one"
    )]
    NoPrimary {
        /// A server that answered.
        host: String,
    },
    /// The server answers, but not to everything.
    #[error(
        "the MongoDB server {host} answers, but does not do in time what is asked of it: make sure \
         that the addresses in rs.conf() can be reached from here and that the server is not \
         overloaded, and start again"
    )]
    NotInTime {
        /// A primary, or a router of a sharded cluster.
        host: String,
    },
    /// No server answers.
    #[error(
        "no MongoDB server answers at {hosts}: start it, or correct the address in MONGODB_URI"
    )]
    Unreachable {
        /// The servers that were asked.
        hosts: String,
    },
    /// The driver failed for another reason, such as a refused password.
    #[error("could not ask the server what it is: {}", source.kind)]
    Driver {
        /// The driver's account of it.
        #[from]
        source: mongodb::error::Error,
    },
}

impl ServerError {
    /// Whether waiting does not help.
    pub(crate) fn is_permanent(&self) -> bool {
        self.rank() == 0
    }

    /// Which one to report of several servers: the lowest.
    pub(crate) fn rank(&self) -> u8 {
        match self {
            Self::Standalone | Self::NotInitiated { .. } | Self::AnotherSet { .. } => 0,
            Self::NotInTime { .. } => 1,
            _ => 2,
        }
    }
}
