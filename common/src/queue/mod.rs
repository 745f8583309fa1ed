//! The jobs of Dossier and the queues they go through.
//!
//! A job is one struct in [`jobs`] that implements [`Job`]. The API enqueues it with
//! [`Tx::enqueue`](crate::store::Tx::enqueue), the worker takes it from the storage that
//! [`Queues::of`] gives. Only this module and the store know `apalis-mongodb`; other crates reach it
//! through [`backend`].

mod about;
mod cause;
mod job;
mod name;
mod queues;
mod settings;

pub mod jobs;

pub use about::about;
pub use apalis_mongodb as backend;
pub use apalis_mongodb::{JobError, JobHandle, JobState, RetryStrategy};
pub use cause::{Cause, cause_key};
pub use job::{Job, doubling};
pub use jobs::*;
pub use name::{ParseQueueNameError, QueueName};
pub use queues::Queues;
pub use settings::QueueSettings;
