//! What the API promises, one file a promise.

mod access_tokens;
mod bad_input;
mod connection;
mod delivery;
mod description;
mod downloads;
mod files;
mod harness;
mod hoarding;
mod hygiene;
mod idempotency;
mod links;
mod login;
mod logs;
mod outage;
mod roles;
mod sessions;
mod sign_up;
mod start_up;
mod stopping;
mod story;
mod strict_input;
mod transactions;
mod upload_wire;
mod uploads;
mod verification;
