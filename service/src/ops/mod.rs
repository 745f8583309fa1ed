//! The operators' listener: metrics and health, never on the clients' address.

mod listener;
mod router;

pub use listener::listen;
pub(crate) use listener::{listen_for_operators, serve};
pub(crate) use router::OpsState;
