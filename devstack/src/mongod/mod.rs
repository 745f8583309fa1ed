//! A MongoDB server on this machine: found or fetched, and run as a single-node replica
//! set, because transactions and change streams need one. For tests also several as one set, and
//! one without any.

mod binary;
mod cache;
mod download;
mod error;
mod failure;
mod find;
mod membership;
mod release;
mod replica_set;
mod server;
mod unpack;

pub use binary::{MINIMUM_MAJOR, MongodBinary};
pub use error::Error;
pub use find::find;
pub use replica_set::ReplicaSet;
pub use server::{Mongod, MongodOptions};
