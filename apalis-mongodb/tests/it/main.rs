//! What this backend promises, one file a promise.

mod child;
mod enqueueing;
mod harness;
mod leases;
mod operating;
mod outcomes;
mod processes;
mod shutdown;
