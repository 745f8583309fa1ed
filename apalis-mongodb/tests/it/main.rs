//! What this backend promises, one file a promise.

mod capabilities;
mod child;
mod ecosystem;
mod enqueueing;
mod harness;
mod leases;
mod limits;
mod operating;
mod outage;
mod outcomes;
mod plans;
mod processes;
mod shutdown;
