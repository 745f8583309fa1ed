#![doc = include_str!("../README.md")]
//!
//! # Transactional outbox
//!
//! ```no_run
//! # use apalis_mongodb::{MongoStorage, NewJob};
//! # use mongodb::bson::doc;
//! # async fn sign_up(db: &mongodb::Database, storage: &MongoStorage<String>) -> Result<(), Box<dyn std::error::Error>> {
//! let mut session = db.client().start_session().await?;
//! session.start_transaction().await?;
//! db.collection("users")
//!     .insert_one(doc! { "_id": "usr_1" })
//!     .session(&mut session)
//!     .await?;
//! storage
//!     .with_session(&mut session)
//!     .push(NewJob::new("usr_1".to_owned()).idempotency_key("welcome usr_1"))
//!     .await?;
//! session.commit_transaction().await?;
//! # Ok(())
//! # }
//! ```
//!
//! # Effect and completion in one commit
//!
//! ```no_run
//! # use apalis_core::{error::BoxDynError, task::data::Data};
//! # use apalis_mongodb::JobHandle;
//! # use mongodb::{Database, bson::doc};
//! async fn credit(account: String, job: JobHandle, db: Data<Database>) -> Result<(), BoxDynError> {
//!     let mut session = db.client().start_session().await?;
//!     session.start_transaction().await?;
//!     db.collection::<mongodb::bson::Document>("accounts")
//!         .update_one(doc! { "_id": account }, doc! { "$inc": { "balance": 1 } })
//!         .session(&mut session)
//!         .await?;
//!     job.complete_in(&mut session).await?;
//!     session.commit_transaction().await?;
//!     Ok(())
//! }
//! ```
//!
//! # Graceful shutdown with a deadline
//!
//! ```no_run
//! # use std::time::Duration;
//! # use apalis_core::worker::{builder::WorkerBuilder, context::WorkerContext};
//! # use apalis_mongodb::MongoStorage;
//! # async fn run(storage: MongoStorage<String>) -> Result<(), Box<dyn std::error::Error>> {
//! let context = WorkerContext::new("worker");
//! let worker = WorkerBuilder::new(&context)
//!     .backend(storage.clone())
//!     .build(async |_job: String| {});
//! let mut running = tokio::spawn(worker.run());
//! tokio::signal::ctrl_c().await?;
//! context.stop()?;
//! if tokio::time::timeout(Duration::from_secs(20), &mut running).await.is_err() {
//!     storage.release_running().await?;
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Schedules
//!
//! apalis-cron's `CronScheduler::pipe_to` works, but gives each tick a random id: every process
//! that runs the schedule enqueues a job of its own. Enqueue the scheduler's stream with the
//! tick's time as [`NewJob::idempotency_key`] instead, and each tick is one job, however many
//! processes run the schedule: `examples/cron.rs`.
//!
//! # Workflows
//!
//! apalis-workflow's steps are jobs of this queue, with its leases and its back-off; a pause
//! between two of them holds no worker: `examples/workflow.rs`. Graphs want a
//! `MongoStorage<Bson>`. A crash between a step's children being enqueued and the step's end runs
//! the step again, so steps have to be idempotent like every handler.
//!
//! # Board
//!
//! A [`MongoStorage`] can be registered with apalis-board as it is: `examples/board.rs`. The
//! board has no login of its own, and whoever sees it may enqueue.

mod backoff;
mod capabilities;
mod clock;
mod codec;
mod compat;
mod config;
mod deadline;
mod described;
mod enqueued;
mod error;
mod handler;
mod indexes;
mod lease;
mod metrics;
mod model;
mod new_job;
mod opaque;
pub mod operator;
mod queries;
mod runtime;
mod server;
mod settlement;
mod storage;
mod sync;
#[cfg(feature = "testing")]
pub mod testing;

pub use capabilities::{MongoStorageFactory, Results};
pub use codec::{BsonCodec, MongoCompact};
pub use config::{Collections, Config, Retention, Wake};
pub use described::{METRICS, describe_metrics};
pub use enqueued::Enqueued;
pub use error::{BsonError, Error};
pub use handler::{HandlerPanicked, JobError, JobHandle, SettleLayer, SettleService, TRACEPARENT};
pub use indexes::{CollectionKind, indexes, setup};
pub use model::{
    AttemptRecord, JobRecord, JobState, JobSummary, LimitsChange, LogLine, Outcome, OutcomeName,
    Parking, QueueLimits, Rate, RetryStrategy,
};
pub use new_job::NewJob;
pub use operator::{JobFact, JobFilter, Operator, Page};
pub use storage::{Decoding, Mongo, MongoId, MongoStorage, SessionSink};
