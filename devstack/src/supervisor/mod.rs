//! Keeps a stack running until it is told to stop, and takes requests meanwhile.
//!
//! Requests come over HTTP on 127.0.0.1 and carry the token from the state folder, which only
//! this user can read.

mod client;
mod end_signal;
mod routes;
mod run;

pub use client::{RequestError, Supervisor};
pub use end_signal::EndSignal;
pub use run::{Event, run};
