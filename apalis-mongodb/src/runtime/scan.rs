//! Where in its queue a worker looks for jobs.
//!
//! Claimed jobs leave the index, but the server walks over where they were until it tidies up, which
//! may take a minute. A worker that always began at the head of a busy queue would walk over all of
//! them at every claim. So it goes on from where it was, and looks at the head from time to time:
//! for jobs of a higher priority, and for those that were put back.

use std::time::{Duration, Instant};

use mongodb::bson::DateTime;

use crate::queries::candidates::{Place, Start};

/// A busy worker looks at the head this often.
const HEAD_EVERY: Duration = Duration::from_millis(100);
/// Looks at the head may take this share of a worker's time.
const HEAD_SHARE: u32 = 20;
/// A worker begins at one of at most so many batches from there.
const WIDEST_WINDOW: usize = 8;

/// What the last look brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Last {
    /// As much as was asked for: there is more.
    Full,
    /// Less than that, from some place on: there may be more at the head.
    PlaceShort,
    /// Less than that, from the head on: there is no more.
    HeadShort,
}

/// After about so many claims without a loss, the workers begin closer to each other again.
const NARROWED_EVERY: u32 = 64;

#[derive(Debug)]
pub(super) struct Scan {
    place: Option<Place>,
    last: Last,
    head_at: Option<Instant>,
    head_cost: Duration,
    window: usize,
}

impl Default for Scan {
    fn default() -> Self {
        Self {
            place: None,
            last: Last::HeadShort,
            head_at: None,
            head_cost: Duration::ZERO,
            window: 1,
        }
    }
}

impl Scan {
    /// Where the next look begins; `now` is the server's time.
    pub(super) fn start(&self, now: DateTime) -> Start {
        let head = match self.last {
            Last::Full => self
                .rest(HEAD_EVERY.max(self.head_cost * HEAD_SHARE))
                .is_zero(),
            Last::PlaceShort => self.head_rest().is_zero(),
            // Whatever woke us came after that, most likely at the end.
            Last::HeadShort => false,
        };
        match &self.place {
            Some(place) if !head => Start::Place {
                place: place.clone(),
                until: now,
            },
            _ => Start::Head,
        }
    }

    /// How long the head is to be left alone for what the last look at it cost.
    pub(super) fn head_rest(&self) -> Duration {
        self.rest(self.head_cost * HEAD_SHARE)
    }

    fn rest(&self, pause: Duration) -> Duration {
        self.head_at
            .map_or(Duration::ZERO, |at| pause.saturating_sub(at.elapsed()))
    }

    /// Notes a look from `start` on that began at `began` and ends now.
    pub(super) fn looked(&mut self, start: &Start, began: Instant, full: bool) {
        let head = matches!(start, Start::Head);
        if head {
            self.head_at = Some(began);
            self.head_cost = began.elapsed();
        }
        self.last = match (full, head) {
            (true, _) => Last::Full,
            (false, true) => Last::HeadShort,
            (false, false) => Last::PlaceShort,
        };
    }

    /// Every job up to `last` was tried.
    pub(super) fn went_on_to(&mut self, last: Place) {
        self.place = Some(last);
    }

    /// So many batches further on than the others, perhaps.
    pub(super) fn offset(&self) -> usize {
        rand::random_range(0..self.window)
    }

    /// The more candidates others take, the further apart the workers begin, and back.
    pub(super) fn adapt(&mut self, wanted: usize, taken: usize) {
        if (wanted - taken) * 16 > wanted {
            self.window = (self.window * 2).min(WIDEST_WINDOW);
        } else if self.window > 1 && rand::random_ratio(1, NARROWED_EVERY) {
            self.window /= 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> Place {
        Place::new(0, DateTime::from_millis(0), "a")
    }

    fn starts_at_head(scan: &Scan) -> bool {
        matches!(scan.start(DateTime::from_millis(0)), Start::Head)
    }

    #[test]
    fn a_busy_worker_goes_on_from_where_it_was() {
        let mut scan = Scan::default();
        assert!(starts_at_head(&scan));
        scan.looked(&Start::Head, Instant::now(), true);
        scan.went_on_to(place());
        assert!(!starts_at_head(&scan));
    }

    #[test]
    fn a_busy_worker_looks_at_the_head_from_time_to_time() {
        let mut scan = Scan::default();
        scan.went_on_to(place());
        let long_ago = Instant::now() - HEAD_EVERY;
        scan.looked(&Start::Head, long_ago, true);
        scan.head_cost = Duration::ZERO;
        assert!(starts_at_head(&scan));
    }

    #[test]
    fn where_nothing_was_left_the_head_is_next() {
        let mut scan = Scan::default();
        scan.went_on_to(place());
        let now = DateTime::from_millis(0);
        scan.looked(&scan.start(now), Instant::now(), false);
        assert!(starts_at_head(&scan));
        scan.looked(&Start::Head, Instant::now(), false);
        assert!(!starts_at_head(&scan));
    }

    #[test]
    fn a_head_that_is_slow_to_look_at_is_left_alone_for_a_while() {
        let mut scan = Scan::default();
        scan.went_on_to(place());
        scan.looked(&Start::Head, Instant::now() - Duration::from_secs(1), true);
        assert!(!starts_at_head(&scan));
    }
}
