//! What the API promises, one file a promise.

mod access_tokens;
mod bad_input;
mod delivery;
mod description;
mod downloads;
mod files;
mod harness;
mod hygiene;
mod idempotency;
mod links;
mod login;
mod logs;
mod roles;
mod sessions;
mod sign_up;
mod start_up;
mod story;
mod strict_input;
mod transactions;
mod upload_wire;
mod uploads;
mod verification;
