//! A worker's share of a queue that several workers are after.
//!
//! Workers that search at the same time find the same jobs: while one of them updates two hundred
//! jobs, the others still find these due. Only one gets each, so nothing goes wrong, but the others
//! searched in vain. A worker that loses many therefore keeps to its share for a while: the jobs
//! whose id ends in one of its characters. The shares of all live workers make up the queue. They
//! are advice; a claim is conditional all the same.

use std::time::{Duration, Instant};

use crate::queries::workers;
use crate::runtime::worker::WorkerRuntime;

/// A worker that loses more than one of so many jobs to others is contended.
const CONTENDED_FROM: usize = 16;

/// Whoever wants few jobs loses all of them at times, to a worker that was woken for the same one.
const SMALLEST_SAMPLE: usize = 4;

/// How long a worker keeps to its share. Each time it costs one look at the list of workers, and one
/// claim that may be lost before.
const KEPT_FOR: Duration = Duration::from_secs(5);

/// A worker that keeps to its share searches the whole queue this often: for the share of one that
/// died, and for ids that end in no character of anybody.
const WHOLE_EVERY: Duration = Duration::from_secs(1);

/// The characters that ids usually end in; the first sixteen are those of an object id.
const ENDINGS: &str = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// More shares than this would leave some without any ending of an object id.
const MOST_SHARES: usize = 16;

/// The share of one worker, or the whole queue.
#[derive(Debug, Default)]
pub(super) struct Share {
    kept: Option<Kept>,
}

#[derive(Debug)]
struct Kept {
    /// Matches the ids of the share.
    pattern: String,
    until: Instant,
    whole_at: Instant,
}

/// What the next search is to cover.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// The whole queue, from where the worker is.
    Whole,
    /// The whole queue from its head: what the worker went past was for others.
    WholeFromHead,
    /// The jobs whose ids match this regular expression.
    Ids(String),
}

impl Share {
    /// What the search that begins at `now` is to cover.
    pub(super) fn scope(&mut self, now: Instant) -> Scope {
        self.kept.take_if(|kept| now >= kept.until);
        match &mut self.kept {
            None => Scope::Whole,
            Some(kept) if now >= kept.whole_at => {
                kept.whole_at = now + WHOLE_EVERY;
                Scope::WholeFromHead
            }
            Some(kept) => Scope::Ids(kept.pattern.clone()),
        }
    }

    /// Goes back to the whole queue: little is left of the share.
    pub(super) fn leave(&mut self) {
        self.kept = None;
    }

    /// Notes that `lost` of `wanted` jobs went to others.
    pub(super) async fn note(&mut self, lost: usize, wanted: usize, worker: &WorkerRuntime) {
        if wanted < SMALLEST_SAMPLE || lost * CONTENDED_FROM <= wanted || self.kept.is_some() {
            return;
        }
        // Without the list it is the whole queue.
        let live = workers::live(&worker.db, &worker.config).await;
        let live = live.unwrap_or_default();
        let rank = live.iter().position(|id| *id == worker.id);
        if let Some(rank) = rank
            && live.len() > 1
        {
            self.keep(pattern(rank, live.len()), Instant::now());
        }
    }

    fn keep(&mut self, pattern: String, now: Instant) {
        self.kept = Some(Kept {
            pattern,
            until: now + KEPT_FOR,
            whole_at: now + WHOLE_EVERY,
        });
    }
}

/// Matches the ids whose last character is the `rank`th of every `workers`.
fn pattern(rank: usize, workers: usize) -> String {
    let shares = workers.min(MOST_SHARES);
    let endings = ENDINGS.chars().skip(rank % shares).step_by(shares);
    format!("[{}]$", endings.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_of_all_workers_make_up_the_queue_and_do_not_overlap() {
        for workers in 1..40 {
            let shares = workers.min(MOST_SHARES);
            let all: String = (0..shares)
                .map(|rank| pattern(rank, workers))
                .map(|pattern| pattern.trim_matches(['[', ']', '$']).to_owned())
                .collect();
            let mut endings: Vec<char> = all.chars().collect();
            endings.sort_unstable();
            let mut expected: Vec<char> = ENDINGS.chars().collect();
            expected.sort_unstable();
            assert_eq!(endings, expected, "{workers}");
        }
    }

    #[test]
    fn a_worker_that_keeps_to_its_share_returns_to_the_head_of_the_whole_queue() {
        let (mut share, now) = (Share::default(), Instant::now());
        assert_eq!(share.scope(now), Scope::Whole);
        share.keep("[0]$".to_owned(), now);
        assert_eq!(share.scope(now), Scope::Ids("[0]$".to_owned()));
        let later = now + WHOLE_EVERY;
        assert_eq!(share.scope(later), Scope::WholeFromHead);
        assert_eq!(share.scope(later), Scope::Ids("[0]$".to_owned()));
        assert_eq!(share.scope(now + KEPT_FOR), Scope::Whole);
    }

    #[test]
    fn every_share_has_an_ending_of_an_object_id() {
        for workers in 1..40 {
            for rank in 0..workers {
                let pattern = pattern(rank, workers);
                assert!(pattern.contains(|c: char| c.is_ascii_digit() || ('a'..='f').contains(&c)));
            }
        }
    }
}
