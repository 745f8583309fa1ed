//! What tests of all crates use: a real MongoDB, a database of their own on it, and what is logged.

mod caretaker;
mod database;
mod logs;
mod server;
mod uri;

pub use database::TestDatabase;
pub use logs::Logs;
pub use server::{Error, mongodb_uri};
