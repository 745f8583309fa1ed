//! Other people's queues.

use anyhow::bail;
use clap::ValueEnum;

use super::{Candidate, agenda};

/// A queue to compare with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Peer {
    /// crates.io, over PostgreSQL
    ApalisPostgres,
    /// crates.io, over Redis
    ApalisRedis,
    /// crates.io, over PostgreSQL
    #[value(name = "graphile_worker")]
    GraphileWorker,
    /// npm, over MongoDB
    Agenda,
}

impl Peer {
    /// What it is called on the command line.
    pub(crate) fn name(self) -> String {
        let value = self.to_possible_value();
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    }

    /// The configurations of it that are compared.
    pub(crate) fn candidates(self) -> &'static [Candidate] {
        match self {
            Self::ApalisPostgres => &[Candidate::ApalisPostgres, Candidate::ApalisPostgresBatch],
            Self::ApalisRedis => &[Candidate::ApalisRedis],
            Self::GraphileWorker => &[Candidate::GraphileWorker],
            Self::Agenda => &[Candidate::Agenda],
        }
    }

    /// Makes sure that it is here.
    ///
    /// # Errors
    ///
    /// When it is not; says what to do.
    pub(crate) fn obtain(self) -> anyhow::Result<()> {
        match self {
            Self::Agenda => agenda::install(),
            Self::ApalisPostgres | Self::ApalisRedis | Self::GraphileWorker => {
                if !cfg!(feature = "peers") {
                    bail!("this program was built without peers; add `--features peers`");
                }
                Ok(())
            }
        }
    }
}
