//! A MongoDB server on this machine: found or fetched, and run as a single-node replica
//! set, because transactions and change streams need one.

mod binary;
mod cache;
mod download;
mod error;
mod find;
mod port;
mod release;
mod replica_set;
mod server;
mod unpack;

pub use binary::{MINIMUM_MAJOR, MongodBinary};
pub use error::Error;
pub use find::find;
pub use port::free_port;
pub use server::{Mongod, MongodOptions};
