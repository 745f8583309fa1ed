//! The tasks behind a running worker.
//!
//! Each worker has a claimer and an acker of its own. Heartbeats, sweeps, polls and the change
//! stream belong to the process: one of each per database, shared by all its queues.

mod acker;
mod buffer;
mod claim;
mod hub;
mod lease;
mod lifecycle;
mod settlement;
mod window;
mod worker;

pub(crate) use lease::{Lease, LeaseState, lock};
pub(crate) use lifecycle::Runtime;
pub(crate) use settlement::{Ack, Settlement, Verdict};
pub(crate) use worker::WorkerRuntime;
