//! [`Overview`]: how the queues, the workers and the mail server are at a moment.
//!
//! Everything in it is read from the store at a cost that has a bound, however many jobs there are,
//! so that it can be asked for every second or two by several programs at once:
//!
//! - counts are those that are kept with a queue, 2 s old, or older where counting takes long;
//! - ages are found by seeks in indexes;
//! - what runs is read of [`MAX_RUNNING`] jobs at most, failures of [`MAX_FAILURES`];
//! - rates are counted in an index, up to [`MAX_COUNTED`].
//!
//! ```no_run
//! use std::time::Duration;
//! use dossier_common::overview::Overview;
//! use dossier_common::store::{Store, StoreError};
//!
//! # async fn show(store: &Store) -> Result<(), StoreError> {
//! let overview = Overview::gather(store, Duration::from_secs(5)).await?;
//! for queue in &overview.queues {
//!     println!("{}: {} ready, {} done a minute", queue.name, queue.counts.ready, queue.rates.done);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Its queues, its workers and the way to the mail server can be asked for alone.

mod failure;
mod gather;
mod instant;
mod mail;
mod parts;
mod queue;
mod worker;

pub use failure::FailureOverview;
pub use gather::{MAX_COUNTED, MAX_FAILURES, MAX_RUNNING, Overview};
pub use mail::{MailOverview, MailState};
pub use queue::{QueueOverview, QueueState, Rates};
pub use worker::{RunningJob, WorkerOverview, process};

pub use apalis_mongodb::operator::WorkerState;
