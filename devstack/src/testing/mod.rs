//! What tests of all crates use: a real MongoDB, a database of their own on it, a proxy in front of
//! it that fails like a network, and what is logged.

mod caretaker;
mod database;
mod logs;
mod proxy;
mod server;
mod uri;

pub use database::TestDatabase;
pub use logs::Logs;
pub use proxy::Proxy;
pub use server::{Error, mongodb_uri};
