//! What an operator asks and does: plain functions over a database and its [`Collections`].
//!
//! Bulk functions work in bounded steps, each conditional on the state it found, so two
//! operators (or an operator and a worker) never undo each other.
//!
//! [`Collections`]: crate::Collections

mod bulk;
mod cancel;
mod cohorts;
mod count;
mod delete;
mod filter;
mod find;
mod list;
mod oldest;
mod queues;
mod recent_counts;
mod retry;
mod workers;

pub use bulk::{BulkOptions, BulkReport, Selection};
pub use cancel::cancel_jobs;
pub use cohorts::{FailureCohort, failure_cohorts};
pub use count::{QueueCounts, count_by_state};
pub use delete::delete_jobs;
pub use filter::JobFilter;
pub use find::{find_job, find_jobs};
pub use list::{Page, list_jobs};
pub use oldest::oldest_ready_age;
pub use queues::{
    QueueLimits, QueueRecord, list_queues, pause_queue, resume_queue, set_queue_limits,
};
pub use recent_counts::recent_counts;
pub use retry::{RetryOptions, retry_jobs};
pub use workers::{WorkerRecord, list_workers};

/// No operator's question may hold the server longer than this.
const MAX_TIME: std::time::Duration = std::time::Duration::from_secs(30);
