//! Dead jobs, grouped by what killed them.

use mongodb::bson::DateTime;
use serde::Serialize;

use crate::operations::OperationError;
use crate::queue::backend::JobFilter;
use crate::store::Store;

/// Dead jobs of one queue that failed alike.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cohort {
    /// What names it; the same for the same queue and error, today and tomorrow.
    pub id: String,
    /// The queue.
    pub queue: String,
    /// The first line of the error, with `#` for what differs from job to job.
    pub error: String,
    /// The code in it, if there is one: an SMTP status with its enhanced status, such as `550 5.1.1`.
    pub status: Option<String>,
    /// How many jobs.
    pub count: u64,
    /// When the first of them died.
    pub first_at: Option<DateTime>,
    /// When the last of them died.
    pub last_at: Option<DateTime>,
    /// One of them, to look at.
    pub sample_id: String,
}

impl Cohort {
    /// Which jobs are of it: exactly these.
    pub fn filter(&self) -> JobFilter {
        unimplemented!()
    }
}

/// The cohorts of dead jobs of every queue, or of the one asked for; the largest first.
///
/// # Errors
///
/// [`OperationError::Store`] when the database fails.
pub async fn cohorts(store: &Store, queue: Option<&str>) -> Result<Vec<Cohort>, OperationError> {
    let _ = (store, queue);
    unimplemented!()
}

/// The cohort that `id` names.
///
/// # Errors
///
/// [`OperationError::NoCohort`] when there is none, and [`OperationError::Store`] when the database fails.
pub async fn find_cohort(store: &Store, id: &str) -> Result<Cohort, OperationError> {
    let _ = (store, id);
    unimplemented!()
}
