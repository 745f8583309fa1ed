//! What is measured, one question a file.

mod bench;
pub(crate) mod claim_history;
mod drain;
pub(crate) mod enqueue;
mod finished_jobs;
pub(crate) mod idle;
pub(crate) mod latency;
pub(crate) mod memory;
pub(crate) mod throughput;

pub(crate) use bench::Bench;
