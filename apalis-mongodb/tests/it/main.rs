//! What this backend promises, one file a promise.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests run on the real clock and fail where something is missing"
)]

mod capabilities;
mod changing;
mod child;
mod conformance;
mod connection_string;
mod contention;
mod ecosystem;
mod enqueueing;
mod failover;
mod fairness;
mod foreign;
mod foreign_documents;
mod harness;
mod leases;
mod limits;
mod lists;
mod monitor;
mod network;
mod operating;
mod outage;
mod outcomes;
mod plans;
mod priorities;
mod processes;
mod producers;
mod retention;
mod servers;
mod shutdown;
mod standalone;
mod unbreakable;
mod unstorable;
mod wake_up;
