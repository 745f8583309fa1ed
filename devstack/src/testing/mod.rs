//! What tests of all crates use: a real MongoDB, a database of their own on it, a proxy in front of
//! it that fails like a network, a collector of traces, what is logged, waiting with a deadline, and
//! measuring time without the pauses of the machine.

mod cleanup;
mod collector;
mod database;
mod ended;
mod eventually;
mod given;
mod logs;
mod proxy;
mod server;
mod stopwatch;
mod uri;

pub use collector::{Collector, ExportedSpan};
pub use database::TestDatabase;
pub use eventually::{PATIENCE, eventually, eventually_within};
pub use given::{FERNET_KEY, START};
pub use logs::Logs;
pub use proxy::Proxy;
pub use server::{Error, mongodb_uri};
pub use stopwatch::Stopwatch;
