//! What tests of all crates use: a real MongoDB, and a database of their own on it.

mod caretaker;
mod database;
mod server;
mod uri;

pub use database::TestDatabase;
pub use server::{Error, mongodb_uri};
