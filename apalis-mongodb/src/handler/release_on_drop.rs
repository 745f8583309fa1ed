//! A handler that never returns gives its job back.

use super::JobHandle;
use crate::settlement::Verdict;

/// Gives the job back if it is dropped before [`ReleaseOnDrop::disarm`]: the worker's future was
/// dropped while the handler ran, as at a forced shutdown. The attempt is not counted.
pub(super) struct ReleaseOnDrop {
    job: Option<JobHandle>,
}

impl ReleaseOnDrop {
    pub(super) fn guard(job: JobHandle) -> Self {
        Self { job: Some(job) }
    }

    pub(super) fn disarm(mut self) {
        self.job = None;
    }
}

impl Drop for ReleaseOnDrop {
    fn drop(&mut self) {
        if let Some(job) = self.job.take() {
            let settlement = job.settlement(Verdict::Release);
            job.runtime().send(settlement);
        }
    }
}
