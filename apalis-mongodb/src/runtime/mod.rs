//! The tasks behind a running worker.
//!
//! Each worker has a claimer and an acker of its own. Heartbeats, sweeps, polls and the change
//! stream belong to the process: one of each per database, shared by all its queues.

mod acker;
mod buffer;
mod claim;
mod hub;
mod lifecycle;
mod window;
mod worker;

pub(crate) use lifecycle::Runtime;
pub(crate) use worker::WorkerRuntime;
