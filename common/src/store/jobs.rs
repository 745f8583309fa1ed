//! Jobs, for those who operate the service.

use apalis_mongodb::{JobFilter, JobRecord, JobSummary};

use super::{Store, StoreError};

impl Store {
    /// At most `limit` jobs of `filter`, newest first, after the one with the id `after`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Queue`].
    pub async fn list_jobs(
        &self,
        filter: &JobFilter,
        after: Option<&str>,
        limit: i64,
    ) -> Result<Vec<JobSummary>, StoreError> {
        let limit = u32::try_from(limit).unwrap_or(1);
        let page = self.queue_operator().list_jobs(filter, after, limit).await;
        page.map(|page| page.items)
            .map_err(StoreError::queue("list jobs"))
    }

    /// The job with this id, with everything that is stored of it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Queue`].
    pub async fn find_job(&self, id: &str) -> Result<Option<JobRecord>, StoreError> {
        let job = self.queue_operator().find_job(id).await;
        job.map_err(StoreError::queue("find a job"))
    }

    /// The jobs with these ids, in no particular order; unknown ids are left out.
    ///
    /// # Errors
    ///
    /// [`StoreError::Queue`].
    pub async fn find_jobs(&self, ids: Vec<String>) -> Result<Vec<JobSummary>, StoreError> {
        let jobs = self.queue_operator().find_jobs(ids).await;
        jobs.map_err(StoreError::queue("find jobs"))
    }
}
