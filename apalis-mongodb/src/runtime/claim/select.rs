//! Which of the due jobs that were found a worker claims.

use tokio::sync::OwnedSemaphorePermit;

use crate::model::JobDocument;
use crate::queries::position::Position;
use crate::runtime::hub::Hub;

/// A job that may have crashed workers, with the permit to run it.
pub(super) struct Suspect {
    pub(super) job: JobDocument,
    pub(super) permit: OwnedSemaphorePermit,
}

/// The jobs to claim. A job that was with two workers when they died is claimed alone, and only if no
/// other such job runs in this process: if it crashes a third one, it is known who did it. One such
/// death says nothing: everything that a worker has dies with it.
pub(super) struct Selection {
    pub(super) fresh: Vec<JobDocument>,
    pub(super) suspect: Option<Suspect>,
    /// Whether suspects had to be left for later.
    pub(super) left_suspects: bool,
    /// Where the jobs end, if none was left before that.
    pub(super) end: Option<Position>,
}

impl Selection {
    /// What is to be claimed of the jobs that were found.
    pub(super) fn of(found: Vec<JobDocument>, hub: &Hub) -> Self {
        let end = found.last().map(Position::of);
        let (suspects, fresh): (Vec<_>, Vec<_>) =
            found.into_iter().partition(JobDocument::is_suspect);
        let many = suspects.len() > 1;
        let first = suspects.into_iter().next();
        let had_suspects = first.is_some();
        let suspect = first.and_then(|job| {
            let permit = hub.suspect_permit()?;
            Some(Suspect { job, permit })
        });
        let left_suspects = many || had_suspects != suspect.is_some();
        Self {
            fresh,
            suspect,
            left_suspects,
            end: end.filter(|_| !left_suspects),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.fresh.len() + usize::from(self.suspect.is_some())
    }

    /// Leaves all but the first `most`.
    pub(super) fn limit(&mut self, most: usize) {
        if self.len() <= most {
            return;
        }
        self.end = None;
        self.suspect = self.suspect.take().filter(|_| most > 0);
        let fresh = most - usize::from(self.suspect.is_some());
        self.fresh.truncate(fresh);
    }
}
