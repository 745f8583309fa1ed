//! What the migrations promise, one file a promise.

mod harness;
mod indexes;
mod program;
mod running;
mod servers;
mod sign_ups;
mod storage;
mod waiting;
