//! [`Run`]: what a job does.

use dossier_common::queue::{Job, JobError, JobHandle};

use crate::cooldown::Cooldown;
use crate::services::Services;

/// What a job does.
pub trait Run: Job {
    /// Makes one attempt. It is cancelled, and has failed, when the job's time limit is over.
    ///
    /// # Errors
    ///
    /// [`JobError`] says what is to become of the job. `?` makes any error [`JobError::Retry`]: another
    /// attempt follows after the job's back-off, while it has attempts left. Where no attempt can do
    /// better, say `.map_err(JobError::abort)`.
    fn run(
        self,
        services: &Services,
        handle: &JobHandle,
    ) -> impl Future<Output = Result<(), JobError>> + Send;

    /// What its workers wait for before they take a job, besides a free handler.
    fn cooldown(_services: &Services) -> Cooldown {
        Cooldown::default()
    }
}
