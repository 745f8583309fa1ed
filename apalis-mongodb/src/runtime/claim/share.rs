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

impl Share {
    /// The regular expression that ids of the next search have to match, if any.
    pub(super) fn pattern(&mut self) -> Option<String> {
        let now = Instant::now();
        self.kept.take_if(|kept| now >= kept.until);
        let kept = self.kept.as_mut()?;
        if now >= kept.whole_at {
            kept.whole_at = now + WHOLE_EVERY;
            return None;
        }
        Some(kept.pattern.clone())
    }

    /// Goes back to the whole queue: little is left of the share.
    pub(super) fn leave(&mut self) {
        self.kept = None;
    }

    /// Notes that `lost` of `wanted` jobs went to others.
    pub(super) async fn note(&mut self, lost: usize, wanted: usize, worker: &WorkerRuntime) {
        if lost * CONTENDED_FROM <= wanted || self.kept.is_some() {
            return;
        }
        // Without the list it is the whole queue.
        let live = workers::live(&worker.db, &worker.config).await;
        let live = live.unwrap_or_default();
        let rank = live.iter().position(|id| *id == worker.id);
        if let Some(rank) = rank
            && live.len() > 1
        {
            let now = Instant::now();
            self.kept = Some(Kept {
                pattern: pattern(rank, live.len()),
                until: now + KEPT_FOR,
                whole_at: now + WHOLE_EVERY,
            });
        }
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
    fn every_share_has_an_ending_of_an_object_id() {
        for workers in 1..40 {
            for rank in 0..workers {
                let pattern = pattern(rank, workers);
                assert!(pattern.contains(|c: char| c.is_ascii_digit() || ('a'..='f').contains(&c)));
            }
        }
    }
}
