//! Jobs that others had locked when they were to be claimed, as by a transaction that is not over yet.
//!
//! Such a job holds up the command that claims it. It is left out for a while; after that it is
//! claimed without others until it has been claimed, by whomever.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::model::JobDocument;

/// It is tried again this soon.
const LEFT_OUT_FOR: Duration = Duration::from_secs(1);
/// The server ends a transaction after a minute; whatever was locked for longer was so anew.
const KNOWN_FOR: Duration = Duration::from_secs(90);

/// What a worker knows of locked jobs.
#[derive(Debug, Default)]
pub(super) struct Locked {
    /// When each was found locked last.
    found_at: HashMap<String, Instant>,
}

impl Locked {
    /// The jobs that the next search is to leave out.
    pub(super) fn left_out(&self) -> Vec<&str> {
        let recent = |at: &Instant| at.elapsed() < LEFT_OUT_FOR;
        let found = self.found_at.iter().filter(|(_, at)| recent(at));
        found.map(|(id, _)| id.as_str()).collect()
    }

    /// How long until one that is left out is tried again, if there are some.
    pub(super) fn wait(&self) -> Option<Duration> {
        let left = self.found_at.values().map(Instant::elapsed);
        left.filter_map(|elapsed| LEFT_OUT_FOR.checked_sub(elapsed))
            .min()
    }

    /// Whether one of `jobs` was locked and may be so still.
    pub(super) fn has_one_of(&self, jobs: &[JobDocument]) -> bool {
        jobs.iter().any(|job| self.found_at.contains_key(&job.id))
    }

    /// Of the jobs that were to be claimed, all but `locked` were free.
    pub(super) fn note(&mut self, wanted: &[String], locked: &[String]) {
        for id in wanted {
            self.found_at.remove(id);
        }
        self.found_at.retain(|_, at| at.elapsed() < KNOWN_FOR);
        let now = Instant::now();
        self.found_at
            .extend(locked.iter().map(|id| (id.clone(), now)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locked_job_is_left_out_for_a_while_and_known_until_it_is_free() {
        let (mut locked, id) = (Locked::default(), "a".to_owned());
        let wanted = [id.clone(), "b".to_owned()];
        locked.note(&wanted, &wanted[..1]);
        assert_eq!(locked.left_out(), ["a"]);
        assert!(locked.wait().is_some_and(|wait| wait <= LEFT_OUT_FOR));
        let earlier = Instant::now() - LEFT_OUT_FOR * 2;
        locked.found_at.insert(id.clone(), earlier);
        assert!(locked.left_out().is_empty() && locked.wait().is_none());
        assert!(locked.found_at.contains_key(&id));
        locked.note(&wanted, &[]);
        assert!(locked.found_at.is_empty());
    }
}
