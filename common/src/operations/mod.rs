//! What operators and admins do to many jobs: at once or spread over a time, with progress, until too
//! much fails, and resumable.
//!
//! ```no_run
//! use std::ops::ControlFlow;
//!
//! use dossier_common::operations::{self, Initiator, Order, Verb};
//! use dossier_common::queue::JobState;
//! use dossier_common::queue::backend::JobFilter;
//! use dossier_common::store::Store;
//!
//! # async fn retry(store: &Store) -> Result<(), operations::OperationError> {
//! let dead = JobFilter::queue("send-email").state(JobState::Dead);
//! let order = Order::new(Verb::Retry, dead, Initiator::operator("ada@host"));
//! println!("{} jobs", operations::plan(store, &order).await?.matched);
//! let operation = operations::begin(store, order).await?;
//! let ended = operations::carry_out(store, operation, |progress| {
//!     println!("{} of {}", progress.counts.reached, progress.total);
//!     ControlFlow::Continue(())
//! })
//! .await?;
//! println!("{}", ended.state.as_str());
//! # Ok(())
//! # }
//! ```
//!
//! - An operation is stored when it begins, with a cutoff: jobs that are enqueued, or die, after that are
//!   none of its. It walks over the others in the order of their ids, and stores how far it is.
//! - It reaches no more jobs than were selected when it began. Where others have come to match since, those
//!   that are left over at its end are for another operation.
//! - Each job that it changes gets a line in its log which says what was done, by whom and when, under the
//!   operation's id. A job that has such a line is not changed by the same operation again, whatever
//!   becomes of the processes that carry it out.
//! - One whose jobs run because of it stops when too many of them fail, or when a queue of theirs is parked.
//! - One process carries it out at a time. Another one takes it over after it has stopped, or 15 seconds
//!   after its last sign of life.

mod begin;
mod carry_out;
mod cohorts;
mod driver;
mod error;
mod outcomes;
mod pace;
mod parked;
mod plan;
mod resume;
mod run;
mod uncounted;

pub use crate::operation::*;
pub use begin::begin;
pub use carry_out::carry_out;
pub use cohorts::{Cohort, cohorts, find_cohort};
pub use error::OperationError;
pub use plan::{Plan, plan};
pub use resume::{resume, stop};
