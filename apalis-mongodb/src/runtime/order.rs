//! Which of the jobs that were found are to be claimed.

use tokio::sync::OwnedSemaphorePermit;

use super::hub::Hub;
use crate::model::JobDocument;
use crate::queries::candidates::Candidates;
use crate::queries::place::Place;

/// A job that crashed a worker before, with leave to run it.
pub(super) struct Suspect {
    pub(super) job: JobDocument,
    pub(super) leave: OwnedSemaphorePermit,
}

/// The jobs to claim. A job that crashed a worker before comes alone, and only if no other such
/// job runs in this process: if it crashes again, it is known who did it.
pub(super) struct Order {
    pub(super) fresh: Vec<JobDocument>,
    pub(super) suspect: Option<Suspect>,
    /// How many of those that were found are not to be claimed now.
    pub(super) left_out: usize,
    /// Where these jobs end, if they are all there are up to there.
    pub(super) last: Option<Place>,
}

impl Order {
    pub(super) fn choose(found: Candidates, hub: &Hub) -> Self {
        let last = found.jobs.last().map(Place::of);
        let (suspects, fresh): (Vec<_>, Vec<_>) =
            found.jobs.into_iter().partition(|job| job.crashes > 0);
        let count = suspects.len();
        let suspect = suspects.into_iter().next().and_then(|job| {
            let leave = hub.suspect_leave()?;
            Some(Suspect { job, leave })
        });
        let left_out = count - usize::from(suspect.is_some());
        Self {
            fresh,
            suspect,
            left_out,
            last: last.filter(|_| left_out == 0),
        }
    }

    /// As there are others among or before them, which were not looked at.
    pub(super) fn beside_others(mut self) -> Self {
        self.last = None;
        self
    }

    pub(super) fn len(&self) -> usize {
        self.fresh.len() + usize::from(self.suspect.is_some())
    }
}
