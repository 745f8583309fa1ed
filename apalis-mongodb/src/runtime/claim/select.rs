//! Which of the due jobs that were found a worker claims.

use tokio::sync::OwnedSemaphorePermit;

use crate::model::JobDocument;
use crate::queries::position::Position;
use crate::runtime::hub::Hub;

/// A worker that loses more than one of so many jobs to others is contended. With one of sixteen
/// two processes never are, and four settle at a window of one or two.
const CONTENDED_FROM: usize = 16;

/// So many times what it wants a contended worker searches at most: eight workers of one queue then
/// find different jobs more often than not.
const WIDEST: usize = 8;

/// How far a worker searches beyond what it wants, to keep out of the way of others.
#[derive(Debug)]
pub(super) struct Window(usize);

impl Default for Window {
    fn default() -> Self {
        Self(1)
    }
}

impl Window {
    /// How many jobs to search for, to claim `wanted`.
    pub(super) fn of(&self, wanted: usize) -> usize {
        wanted * self.0
    }

    /// Notes that `lost` of `wanted` jobs went to others.
    pub(super) fn note(&mut self, lost: usize, wanted: usize) {
        self.0 = if lost * CONTENDED_FROM > wanted {
            (self.0 * 2).min(WIDEST)
        } else {
            (self.0 / 2).max(1)
        };
    }
}

/// A job that crashed workers before, with the permit to run it.
pub(super) struct Suspect {
    pub(super) job: JobDocument,
    pub(super) permit: OwnedSemaphorePermit,
}

/// The jobs to claim. A job that crashed workers before is claimed alone, and only if no other such
/// job runs in this process: if it crashes again, it is known who did it.
pub(super) struct Selection {
    pub(super) fresh: Vec<JobDocument>,
    pub(super) suspect: Option<Suspect>,
    /// Whether suspects had to be left for later.
    pub(super) left_suspects: bool,
    /// Where the jobs end, if none was left before that.
    pub(super) end: Option<Position>,
}

impl Selection {
    /// At most `wanted` of the jobs that were found.
    pub(super) fn of(found: Vec<JobDocument>, wanted: usize, hub: &Hub) -> Self {
        let end = found.last().map(Position::of);
        let (suspects, fresh): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|job| job.crashes > 0);
        let many = suspects.len() > 1;
        let first = suspects.into_iter().next();
        let had_suspects = first.is_some();
        let suspect = first.and_then(|job| {
            let permit = hub.suspect_permit()?;
            Some(Suspect { job, permit })
        });
        let left_suspects = many || had_suspects != suspect.is_some();
        let left_fresh = fresh.len() > wanted;
        Self {
            fresh: any_block_of(fresh, wanted),
            suspect,
            left_suspects,
            end: end.filter(|_| !left_suspects && !left_fresh),
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

/// `size` jobs in a row: the first ones, or as likely any other such block.
fn any_block_of(mut jobs: Vec<JobDocument>, size: usize) -> Vec<JobDocument> {
    let blocks = jobs.len().div_ceil(size.max(1));
    if blocks > 1 {
        jobs.drain(..rand::random_range(0..blocks) * size);
    }
    jobs.truncate(size);
    jobs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contended_worker_searches_wider_and_then_less_wide_again() {
        let mut window = Window::default();
        window.note(1, 200);
        assert_eq!(window.of(200), 200);
        for wide in [400, 800, 1600, 1600] {
            window.note(20, 200);
            assert_eq!(window.of(200), wide);
        }
        for wide in [800, 400, 200, 200] {
            window.note(0, 200);
            assert_eq!(window.of(200), wide);
        }
    }
}
