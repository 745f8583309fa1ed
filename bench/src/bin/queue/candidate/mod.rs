//! Those that are compared, each in a file of its own.

mod agenda;
mod apalis_mongodb;
#[cfg(feature = "peers")]
mod apalis_postgres;
#[cfg(feature = "peers")]
mod apalis_redis;
#[cfg(feature = "peers")]
mod graphile_worker;
mod list;
mod open;
mod peer;
#[cfg(feature = "peers")]
mod postgres_pool;
mod program;
mod queue;
mod stack;

pub(crate) use apalis_mongodb::{ApalisMongodb, QUEUE};
pub(crate) use list::Candidate;
pub(crate) use peer::Peer;
pub(crate) use queue::{Observer, Queue, Store};
