//! A MongoDB backend for [apalis](https://docs.rs/apalis): leases with fencing tokens, durable
//! back-off, transactional enqueue, change-stream wake-up.

mod capabilities;
mod clock;
mod codec;
mod compat;
mod config;
mod error;
mod handler;
mod indexes;
mod metrics;
mod model;
mod new_job;
pub mod operator;
mod queries;
mod runtime;
mod storage;

pub use capabilities::{MongoStorageFactory, Results};
pub use codec::{BsonCodec, MongoCompact};
pub use config::{Collections, Config, Retention, RetryStrategy, Wake};
pub use error::{BsonError, Error};
pub use handler::{HandlerPanicked, JobHandle, SettleLayer, SettleService};
pub use indexes::{CollectionKind, indexes, setup};
pub use model::{AttemptRecord, JobRecord, JobState, LogLine, Outcome};
pub use new_job::NewJob;
pub use operator::{JobFilter, Page};
pub use storage::{Decoding, Mongo, MongoId, MongoStorage, SessionSink};
