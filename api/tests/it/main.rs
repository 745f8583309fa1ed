//! What the API promises, one file a promise.

mod access_tokens;
mod bad_input;
mod harness;
mod login;
mod roles;
mod sessions;
mod sign_up;
mod transactions;
mod verification;
