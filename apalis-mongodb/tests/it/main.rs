//! What this backend promises, one file a promise.

mod enqueueing;
mod harness;
mod outcomes;
