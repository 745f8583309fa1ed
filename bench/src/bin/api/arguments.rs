//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

/// Measures what the account routes and the list of documents cost, beside the same in FastAPI and
/// PyMongo under uvicorn.
///
/// Both are measured in interleaved rounds on one mongod, by a client that shares the machine with
/// them and checks every answer. Runs a stack of its own and stops what it starts. The first run
/// makes a virtual environment below `target` with packages of PyPI; without Python or PyPI,
/// FastAPI is left out, which is said. Needs Linux for processor time. Ends by itself.
#[derive(Parser)]
pub(crate) struct Arguments {
    /// How many rounds
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(3..=50))]
    rounds: u32,
    /// How long each measurement of a round lasts, in seconds, after one second to warm up
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..=60))]
    seconds: u64,
    /// How many connections ask at once; eight sign up
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=512))]
    pub(crate) connections: u16,
    /// How many sessions of different people are spread over the connections
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) sessions: u16,
    /// One round of one second each, to see that it works: figures of it mean nothing
    #[arg(long, conflicts_with_all = ["rounds", "seconds"])]
    pub(crate) quick: bool,
    /// How many worker processes uvicorn has
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(crate) uvicorn_workers: u16,
    /// The Python that the virtual environment is made with
    #[arg(long, default_value = "python3")]
    pub(crate) python: PathBuf,
    /// Keep the line of JSON in this file, too
    #[arg(long)]
    pub(crate) json: Option<PathBuf>,
}

impl Arguments {
    pub(crate) fn rounds(&self) -> u32 {
        if self.quick { 1 } else { self.rounds }
    }

    /// How long a measurement lasts.
    pub(crate) fn lasting(&self) -> Duration {
        Duration::from_secs(if self.quick { 1 } else { self.seconds })
    }
}
