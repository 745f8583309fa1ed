//! Where in its queue a worker searches for due jobs.
//!
//! Claimed jobs leave the index, but the server walks over where they were until it tidies up, which
//! may take a minute. A worker that always began at the head of a busy queue would walk over all of
//! them at every claim. So it goes on from where it was, and returns to the head from time to time:
//! for jobs of a higher priority, and for those that were put back or left to others.

use std::time::{Duration, Instant};

use mongodb::bson::DateTime;

use crate::queries::find_due::Start;
use crate::queries::position::Position;

/// A busy worker returns to the head this often, which bounds how long a job of a higher priority
/// waits there.
const HEAD_EVERY: Duration = Duration::from_millis(100);

/// A search from the head that took a while (it walked over many claimed jobs) is followed by so
/// many times that while elsewhere: it takes at most a twentieth of a worker's time.
const HEAD_SHARE: u32 = 20;

/// But for no more than that: one search may have taken long for another reason, and meanwhile urgent
/// jobs wait.
const LONGEST_HEAD_PAUSE: Duration = Duration::from_millis(500);

/// What the last search brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Last {
    /// As much as was asked for: there is more.
    Full,
    /// Less than that from the position on: there may be more at the head.
    ShortFromPosition,
    /// Less than that from the head on: there is no more.
    ShortFromHead,
}

#[derive(Debug)]
pub(super) struct Cursor {
    position: Option<Position>,
    last: Last,
    head_at: Option<Instant>,
    head_cost: Duration,
}

impl Default for Cursor {
    fn default() -> Self {
        Self {
            position: None,
            last: Last::ShortFromHead,
            head_at: None,
            head_cost: Duration::ZERO,
        }
    }
}

impl Cursor {
    /// Where the next search begins; `now` is the server's time. A worker that claims few jobs
    /// (`fast` is false) begins at the head each time, so that an urgent job is the next one.
    pub(super) fn start(&self, now: DateTime, fast: bool) -> Start {
        let head = match self.last {
            _ if !fast => true,
            Last::Full => self.is_over(HEAD_EVERY.max(self.head_pause())),
            Last::ShortFromPosition => self.is_over(self.head_pause()),
            // Whatever woke us came after that, most likely at the end.
            Last::ShortFromHead => false,
        };
        match &self.position {
            Some(position) if !head => Start::At {
                position: position.clone(),
                now,
            },
            _ => Start::Head,
        }
    }

    /// How long the head is left alone for what the last search from it cost, while there are jobs
    /// elsewhere.
    fn head_pause(&self) -> Duration {
        (self.head_cost * HEAD_SHARE).min(LONGEST_HEAD_PAUSE)
    }

    fn is_over(&self, pause: Duration) -> bool {
        self.head_at.is_none_or(|at| at.elapsed() >= pause)
    }

    /// Notes a search that began at `began`, at the head or not, and brought all it was asked for,
    /// or less.
    pub(super) fn searched(&mut self, from_head: bool, began: Instant, full: bool) {
        if from_head {
            self.head_at = Some(began);
            self.head_cost = began.elapsed();
        }
        self.last = match (full, from_head) {
            (true, _) => Last::Full,
            (false, true) => Last::ShortFromHead,
            (false, false) => Last::ShortFromPosition,
        };
    }

    /// Every due job before `position` was claimed, by whomever.
    pub(super) fn advance(&mut self, position: Position) {
        self.position = Some(position);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starts_at_head(cursor: &Cursor) -> bool {
        matches!(cursor.start(DateTime::from_millis(0), true), Start::Head)
    }

    fn advanced() -> Cursor {
        let mut cursor = Cursor::default();
        cursor.advance(Position::new(0, DateTime::from_millis(0), "a"));
        cursor
    }

    #[test]
    fn a_busy_worker_goes_on_from_where_it_was() {
        assert!(starts_at_head(&Cursor::default()));
        let mut cursor = advanced();
        cursor.searched(true, Instant::now(), true);
        assert!(!starts_at_head(&cursor));
    }

    #[test]
    fn a_busy_worker_returns_to_the_head_from_time_to_time() {
        let mut cursor = advanced();
        cursor.searched(true, Instant::now() - HEAD_EVERY, true);
        cursor.head_cost = Duration::ZERO;
        assert!(starts_at_head(&cursor));
    }

    #[test]
    fn a_worker_that_claims_few_jobs_begins_at_the_head() {
        let mut cursor = advanced();
        cursor.searched(true, Instant::now(), true);
        cursor.head_cost = Duration::ZERO;
        let start = cursor.start(DateTime::from_millis(0), false);
        assert!(matches!(start, Start::Head));
    }

    #[test]
    fn where_nothing_was_left_the_head_is_next() {
        let mut cursor = advanced();
        cursor.searched(false, Instant::now(), false);
        assert!(starts_at_head(&cursor));
        cursor.searched(true, Instant::now(), false);
        assert!(!starts_at_head(&cursor));
    }

    #[test]
    fn a_head_that_is_slow_to_search_is_left_alone_for_a_while() {
        let mut cursor = advanced();
        cursor.searched(true, Instant::now() - HEAD_EVERY, true);
        assert!(!starts_at_head(&cursor));
    }

    #[test]
    fn one_very_slow_search_keeps_nobody_from_the_head_for_long() {
        let mut cursor = advanced();
        cursor.searched(true, Instant::now() - Duration::from_secs(3600), true);
        assert!(starts_at_head(&cursor));
    }
}
