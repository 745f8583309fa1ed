//! Where in its queue a worker looks for jobs.
//!
//! Claimed jobs leave the index, but the server walks over where they were until it tidies up, which
//! may take a minute. A worker that always began at the head of a busy queue would walk over all of
//! them at every claim. So it goes on from where it was, and looks at the head from time to time:
//! for jobs of a higher priority, and for those that were put back.

use std::time::{Duration, Instant};

use mongodb::bson::DateTime;
use mongodb::bson::oid::ObjectId;

use crate::queries::candidates::Start;
use crate::queries::place::Place;

/// A busy worker looks at the head this often.
const HEAD_EVERY: Duration = Duration::from_millis(100);
/// Looks at the head may take this share of a worker's time.
const HEAD_SHARE: u32 = 20;
/// Workers that lose more than one of so many candidates to others had better take turns.
const TURNS_FROM: usize = 16;
/// Whoever moved the frontier this often with nobody between has the queue for itself.
const ALONE_AFTER: u32 = 64;

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

#[derive(Debug)]
pub(super) struct Scan {
    place: Option<Place>,
    last: Last,
    head_at: Option<Instant>,
    head_cost: Duration,
    turns: Option<Turns>,
}

/// A worker that takes turns with the others of its queue.
#[derive(Debug, Default)]
struct Turns {
    own: Option<ObjectId>,
    /// How often in a row the last turn was its own.
    alone: u32,
}

impl Default for Scan {
    fn default() -> Self {
        Self {
            place: None,
            last: Last::HeadShort,
            head_at: None,
            head_cost: Duration::ZERO,
            turns: None,
        }
    }
}

impl Scan {
    /// Where the next look begins; `now` is the server's time.
    pub(super) fn start(&self, now: DateTime) -> Start {
        let head = match self.last {
            Last::Full => self.rest(self.head_interval()).is_zero(),
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

    /// How often a busy worker looks at the head.
    fn head_interval(&self) -> Duration {
        HEAD_EVERY.max(self.head_cost * HEAD_SHARE)
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

    /// Every job up to `place` was tried, by whomever, and none comes behind it.
    pub(super) fn came_to_end(&mut self, place: Place) {
        self.place = Some(place);
        self.last = Last::PlaceShort;
    }

    /// Where the worker was last.
    pub(super) fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }

    /// Whether there was nothing more when the worker looked last.
    pub(super) fn is_at_end(&self) -> bool {
        self.last != Last::Full
    }

    /// Whether the head is to be looked at again, of which somebody's last look is so long ago.
    pub(super) fn head_is_due(&self, since: Duration) -> bool {
        since >= self.head_interval()
    }

    /// Notes what a look at the head cost.
    pub(super) fn head_took(&mut self, cost: Duration) {
        self.head_cost = cost;
    }

    pub(super) fn takes_turns(&self) -> bool {
        self.turns.is_some()
    }

    pub(super) fn take_turns(&mut self) {
        self.turns.get_or_insert_default();
    }

    pub(super) fn leave_turns(&mut self) {
        self.turns = None;
    }

    /// Notes a turn of ours after `seen`.
    pub(super) fn took_turn(&mut self, seen: ObjectId, own: ObjectId) {
        if let Some(turns) = &mut self.turns {
            turns.alone = if turns.own == Some(seen) {
                turns.alone + 1
            } else {
                0
            };
            turns.own = Some(own);
            if turns.alone >= ALONE_AFTER {
                self.turns = None;
            }
        }
    }

    /// Notes how many of its candidates a worker got.
    pub(super) fn got(&mut self, taken: usize, wanted: usize) {
        if (wanted - taken) * TURNS_FROM > wanted {
            self.take_turns();
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
    #[test]
    fn who_loses_many_candidates_takes_turns_until_nobody_else_does() {
        let mut scan = Scan::default();
        scan.got(199, 200);
        assert!(!scan.takes_turns());
        scan.got(100, 200);
        assert!(scan.takes_turns());
        let mut seen = ObjectId::new();
        for _ in 0..=ALONE_AFTER {
            assert!(scan.takes_turns());
            let own = ObjectId::new();
            scan.took_turn(seen, own);
            seen = own;
        }
        assert!(!scan.takes_turns());
    }
}
