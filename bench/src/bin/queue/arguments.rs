//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, ValueEnum};
use serde::{Deserialize, Serialize};

use crate::candidate::Peer;

/// Compares apalis-mongodb with other queues, in one run of interleaved rounds on this machine.
///
/// Every candidate runs on a server of its kind, started for this run with durable settings and
/// stopped at its end; workers and producers are processes of their own. Figures are medians over
/// the rounds, except memory and idle commands, which are taken once. Needs Linux for processor
/// time and memory. Peers that are Rust crates are compiled in with `--features peers`.
#[derive(Parser)]
pub(crate) struct Arguments {
    /// How many jobs a round has; slow candidates and such that break get fewer, which is said
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(100..=1_000_000))]
    pub(crate) jobs: u32,
    /// How many rounds
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=20))]
    pub(crate) rounds: u32,
    /// With whom to compare; who is not installed is left out
    #[arg(
        long,
        value_delimiter = ',',
        value_enum,
        default_value = "apalis-postgres,apalis-redis,graphile_worker,agenda"
    )]
    pub(crate) peers: Vec<Peer>,
    /// What to measure; everything unless said
    #[arg(long, value_delimiter = ',', value_enum)]
    pub(crate) only: Vec<Measure>,
    /// How many worker processes drain a queue
    #[arg(long, value_delimiter = ',', default_value = "1,2,4")]
    pub(crate) processes: Vec<usize>,
    /// How many producers enqueue at once, in one process
    #[arg(long, default_value_t = 16)]
    pub(crate) producers: usize,
    /// How many single pushes the latency is taken from
    #[arg(long, default_value_t = 200)]
    pub(crate) pushes: u32,
    /// For how long the commands of an idle worker are counted, in seconds
    #[arg(long, default_value_t = 20)]
    pub(crate) idle_seconds: u64,
    /// How many finished jobs claims have to live with
    #[arg(long, default_value_t = 1_000_000)]
    pub(crate) finished: u32,
    /// A single measurement that takes longer has failed, in seconds
    #[arg(long, default_value_t = 120)]
    pub(crate) patience: u64,
    #[command(flatten)]
    pub(crate) settings: Settings,
    /// Keep the line of JSON in this file, too
    #[arg(long)]
    pub(crate) json: Option<PathBuf>,
    /// What a child process is to do (this program starts them itself)
    #[arg(long, hide = true)]
    pub(crate) order: Option<String>,
}

/// How a worker process works.
#[derive(Args, Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Settings {
    /// How many jobs a worker process runs at once
    #[arg(long, default_value_t = 16)]
    pub(crate) concurrency: usize,
    /// How many jobs apalis-mongodb claims at most at once
    #[arg(long, default_value_t = 200)]
    pub(crate) batch: usize,
    /// How many jobs apalis-mongodb has claimed and not yet acknowledged at most
    #[arg(long, default_value_t = 400)]
    pub(crate) in_flight: usize,
    /// How often apalis-mongodb polls, in seconds; its default unless said
    #[arg(long)]
    pub(crate) poll_seconds: Option<u64>,
}

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Measure {
    /// Enqueuing one by one, by many producers
    Enqueue,
    /// Enqueuing in batches
    Batch,
    /// Enqueuing together with a business document, in one transaction
    Transaction,
    /// Draining a full queue with several numbers of processes, and what it costs
    Drain,
    /// From a push to the handler's start, on an idle worker
    Latency,
    /// Commands an idle worker process sends
    Idle,
    /// Memory of a worker process with 200 jobs in flight
    Memory,
    /// Claims of apalis-mongodb beside many finished jobs
    ClaimHistory,
}

impl Arguments {
    pub(crate) fn measures(&self, measure: Measure) -> bool {
        self.only.is_empty() || self.only.contains(&measure)
    }

    pub(crate) fn patience(&self) -> Duration {
        Duration::from_secs(self.patience)
    }
}
