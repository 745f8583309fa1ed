//! What this backend promises, one file a promise.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests run on the real clock and fail where something is missing"
)]

mod attempt_lines;
mod blocking;
mod bounds;
mod capabilities;
mod changing;
mod child;
mod conformance;
mod connection_string;
mod contention;
mod delays;
mod ecosystem;
mod enqueued;
mod enqueueing;
mod failover;
mod fairness;
mod finding;
mod foreign;
mod foreign_documents;
mod harness;
mod late_events;
mod leases;
mod limited_claims;
mod limits;
mod lists;
mod locked;
mod long_ids;
mod monitor;
mod network;
mod opaque;
mod operating;
mod other_leases;
mod outage;
mod outcomes;
mod oversized;
mod parking;
mod plans;
mod polling;
mod priorities;
mod processes;
mod producers;
mod pushing;
mod retention;
mod rights;
mod rolling_upgrade;
mod server_clock;
mod servers;
mod setting_up;
mod shifted_clock;
mod shutdown;
mod standalone;
mod stepping;
mod stored_form;
mod transactions;
mod unbreakable;
mod unstorable;
mod wake_up;
mod wall_clock;
mod workers_seen;
