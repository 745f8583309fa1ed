//! What the API promises, one file a promise.

mod harness;
mod sign_up;
mod transactions;
