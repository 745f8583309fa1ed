//! What this backend promises, one file a promise.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests run on the real clock and fail where something is missing"
)]

mod blocking;
mod capabilities;
mod child;
mod conformance;
mod connection_string;
mod contention;
mod delays;
mod ecosystem;
mod enqueueing;
mod failover;
mod harness;
mod leases;
mod limits;
mod monitor;
mod network;
mod operating;
mod outage;
mod outcomes;
mod plans;
mod priorities;
mod processes;
mod proxy;
mod rights;
mod server_clock;
mod servers;
mod setting_up;
mod shifted_clock;
mod shutdown;
mod standalone;
mod unbreakable;
mod unstorable;
mod wake_up;
mod wall_clock;
