//! What an operator asks and does.
//!
//! Everything starts at an [`Operator`]. Bulk operations work in bounded steps, each conditional
//! on the state it found, so two operators (or an operator and a worker) never undo each other.
//! Documents that are no jobs are listed as [`JobState::Malformed`](crate::JobState::Malformed) and
//! keep no operation from the others.
//!
//! ```no_run
//! use apalis_mongodb::operator::{BulkOptions, RetryOptions};
//! use apalis_mongodb::{Config, JobFilter, JobState, Operator};
//!
//! # async fn morning(db: &mongodb::Database) -> Result<(), apalis_mongodb::Error> {
//! let operator = Operator::new(db, &Config::new("send-email"));
//! for (queue, counts) in operator.count_by_state(None).await? {
//!     println!("{queue}: {} wait, {} are dead", counts.ready, counts.dead);
//! }
//!
//! let dead = JobFilter::queue("send-email").state(JobState::Dead);
//! let page = operator.list_jobs(&dead, None, 50).await?;
//! for job in &page.items {
//!     println!("{} {}", job.id, job.last_error.as_deref().unwrap_or_default());
//! }
//! let report = operator.retry_jobs(&dead.into(), RetryOptions::default()).await?;
//! println!("{} run again", report.changed);
//!
//! let strangers = JobFilter::default().state(JobState::Malformed);
//! operator.delete_jobs(&strangers.into(), BulkOptions::default()).await?;
//! # Ok(())
//! # }
//! ```

mod bulk;
mod cancel;
mod change;
mod change_step;
mod cohorts;
mod count;
mod delete;
mod ended_attempt;
mod error_class;
mod expressions;
mod fates;
mod filter;
mod find;
mod held_jobs;
mod limit;
mod list;
mod list_queues;
mod list_workers;
mod note;
mod oldest;
mod park;
mod pause;
mod percentiles;
mod recent_counts;
mod recent_failures;
mod release;
mod reporting;
mod reprioritise;
mod retry;
mod run_now;
mod selected;
mod server_time;
mod statistics;
mod unfinished;
mod worker_state;

use std::fmt;
use std::sync::Arc;

use mongodb::Database;

pub use bulk::{BulkOptions, BulkReport, Selection};
pub use change_step::{Change, Step, StepOptions};
pub use cohorts::FailureCohort;
pub use count::QueueCounts;
pub use fates::Fate;
pub use filter::{JobFact, JobFilter};
pub use held_jobs::HeldJob;
pub use list::Page;
pub use list_queues::QueueRecord;
pub use list_workers::WorkerRecord;
pub use note::Note;
pub use percentiles::Percentiles;
pub use recent_failures::{RecentFailure, RecentFailures};
pub use retry::RetryOptions;
pub use statistics::QueueStatistics;
pub use worker_state::WorkerState;

use crate::config::{Collections, Config};
pub use crate::model::{LimitsChange, Parking, QueueLimits, Rate};

/// No operator's question may hold the server longer than this.
const MAX_TIME: std::time::Duration = std::time::Duration::from_secs(30);

/// Asks about and changes the jobs, queues and workers in one database: those of every queue that
/// has the same collections. Cloning is cheap.
///
/// See the [module](self) for an example.
#[derive(Clone)]
pub struct Operator {
    db: Database,
    collections: Arc<Collections>,
    history_limit: u32,
}

impl Operator {
    /// An operator of the queues in `db`. Of `config` it takes the names of the collections and
    /// how many attempts a job remembers. Nothing is sent to the server yet.
    #[must_use]
    pub fn new(db: &Database, config: &Config) -> Self {
        Self {
            db: db.clone(),
            collections: Arc::new(config.collections.clone()),
            history_limit: config.history_limit,
        }
    }
}

impl fmt::Debug for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operator")
            .field("database", &self.db.name())
            .field("collections", &self.collections)
            .finish_non_exhaustive()
    }
}
