//! Dead jobs that failed alike, on the wire.

use dossier_common::clock::rfc3339;
use dossier_common::operations::Cohort;
use serde::Serialize;
use utoipa::ToSchema;

/// Dead jobs of one queue that failed alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Cohort)]
pub struct CohortResponse {
    /// Which; the same for the same queue and error, today and tomorrow.
    #[schema(example = "3f9c2a71")]
    pub id: String,
    /// Their queue.
    #[schema(example = "send-email")]
    pub queue: String,
    /// The first line of the error, with `#` for what differs from job to job.
    #[schema(example = "the mail server refused it for good: 550 5.1.1 no such user")]
    pub error: String,
    /// The code in it, if there is one.
    #[schema(required, example = "550 5.1.1")]
    pub status: Option<String>,
    /// How many jobs.
    #[schema(minimum = 0, example = 120)]
    pub count: u64,
    /// When the first of them died.
    #[schema(required, format = DateTime, example = "2026-11-25T08:30:00.000Z")]
    pub first_at: Option<String>,
    /// When the last of them died.
    #[schema(required, format = DateTime, example = "2026-11-25T08:45:00.000Z")]
    pub last_at: Option<String>,
    /// One of them, to look at.
    #[schema(example = "job_01JD3Y5T6ZQ8R9WABCDEFGHJKM")]
    pub sample_id: String,
}

/// All groups of dead jobs, the largest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CohortList {
    /// The groups.
    #[schema(max_items = 5000)]
    pub items: Vec<CohortResponse>,
}

impl From<Cohort> for CohortResponse {
    fn from(cohort: Cohort) -> Self {
        Self {
            id: cohort.id,
            queue: cohort.queue,
            error: cohort.error,
            status: cohort.status,
            count: cohort.count,
            first_at: cohort.first_at.map(rfc3339),
            last_at: cohort.last_at.map(rfc3339),
            sample_id: cohort.sample_id,
        }
    }
}
