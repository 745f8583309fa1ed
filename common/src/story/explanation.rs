//! What is said of an address or a document.

use serde::Serialize;

use super::{Known, conclusion};
use crate::queue::backend::{JobFilter, JobRecord};
use crate::store::{Store, StoreError};

/// So many of the newest jobs and links are shown.
pub(super) const MOST: u32 = 20;

/// What is said of an address or a document.
#[derive(Debug, Default, Serialize)]
pub struct Explanation {
    /// What is stored of it.
    pub known: Vec<Known>,
    /// Its jobs, newest first.
    pub jobs: Vec<JobRecord>,
    /// What it comes to, and what to do.
    pub conclusions: Vec<String>,
}

impl Explanation {
    /// Adds the newest jobs of `filter`, and what each comes to.
    pub(super) async fn add_jobs(
        &mut self,
        store: &Store,
        filter: &JobFilter,
    ) -> Result<(), StoreError> {
        for job in store.list_jobs(filter, None, i64::from(MOST)).await? {
            // It may have been removed since the list was read.
            if let Some(job) = store.find_job(&job.id).await? {
                self.conclusions.push(conclusion::of(store, &job).await?);
                self.jobs.push(job);
            }
        }
        Ok(())
    }
}
