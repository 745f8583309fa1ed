//! The times in which no job was started although some were due.

use serde::Serialize;

use super::outages::Outages;
use super::waits::{Wait, last_disturbance};
use crate::history::{History, Line};

/// No more of them are kept than anybody wants to see.
const KEPT: usize = 10;

/// A time without a start while jobs were due; in milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Gap {
    pub(crate) from: i64,
    pub(crate) to: i64,
    /// In how much of it the server was down or the machine paused.
    pub(crate) without_server_millis: i64,
    /// How many jobs were due at its end.
    pub(crate) waiting: usize,
    /// The last disturbance before its end.
    pub(crate) after: Option<String>,
}

impl Gap {
    pub(crate) fn millis(&self) -> i64 {
        self.to - self.from
    }

    pub(crate) fn millis_with_server(&self) -> i64 {
        self.millis() - self.without_server_millis
    }
}

/// The longest gaps.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Gaps {
    /// By their length, the longest first.
    pub(crate) longest: Vec<Gap>,
    /// In how many milliseconds of the run the server was down or the machine paused.
    pub(crate) server_down_millis: i64,
}

impl Gaps {
    /// The longest one when the time without a server counts.
    pub(crate) fn longest(&self) -> Option<&Gap> {
        self.longest.iter().max_by_key(|gap| gap.millis())
    }

    /// The longest one when it does not.
    pub(crate) fn longest_with_server(&self) -> Option<&Gap> {
        self.longest
            .iter()
            .max_by_key(|gap| gap.millis_with_server())
    }
}

/// `waits` are the times in which jobs were due.
pub(super) fn find(history: &History, outages: &Outages, mut waits: Vec<Wait>) -> Gaps {
    waits.sort_by_key(|wait| wait.until);
    let mut instants: Vec<i64> = history.starts.iter().map(Line::millis).collect();
    // The end is one of them unless a stale worker goes on, so that what never starts is seen.
    if instants.last().is_none_or(|last| *last < history.ended_at) {
        instants.push(history.ended_at);
    }
    let mut gaps = Vec::new();
    // From the end, with those that are due until then or longer.
    let mut since = i64::MAX;
    let mut due: Vec<i64> = Vec::new();
    for (number, to) in instants.iter().copied().enumerate().rev() {
        while let Some(wait) = waits.pop_if(|wait| wait.until >= to) {
            since = since.min(wait.since);
            due.push(wait.since);
        }
        let previous = number
            .checked_sub(1)
            .map_or(i64::MIN, |previous| instants[previous]);
        let from = previous.max(since);
        if from < to {
            gaps.push(Gap {
                from,
                to,
                without_server_millis: outages.within(from, to),
                waiting: due.iter().filter(|since| **since < to).count(),
                after: None,
            });
        }
    }
    Gaps {
        longest: longest(gaps, history),
        server_down_millis: outages.within(i64::MIN, history.ended_at),
    }
}

/// The longest ones by either measure.
fn longest(mut gaps: Vec<Gap>, history: &History) -> Vec<Gap> {
    gaps.sort_by_key(|gap| std::cmp::Reverse(gap.millis_with_server()));
    let (kept, rest) = gaps.split_at(KEPT.min(gaps.len()));
    let other = rest.iter().max_by_key(|gap| gap.millis());
    let mut longest: Vec<Gap> = kept.iter().chain(other).cloned().collect();
    longest.sort_by_key(|gap| std::cmp::Reverse(gap.millis()));
    for gap in &mut longest {
        gap.after = last_disturbance(history, gap.to);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::super::sample::{at, event, goals, run_of};
    use super::super::waits::waits;
    use super::*;
    use crate::job::Kind;
    use crate::record::Occurrence;

    fn gaps(history: &History) -> Gaps {
        let waits = waits(history, goals().lease);
        find(history, &Outages::of(history), waits)
    }

    /// Two jobs of which the second waits from 0 to `second`; the first starts at 0.
    fn second_starts_at(second: i64) -> History {
        let mut history = run_of(&[Kind::Plain, Kind::Plain]);
        history.starts[1].at = at(second);
        history.ended_at = second + 1000;
        history
    }

    #[test]
    fn a_time_without_a_start_while_a_job_is_due_is_a_gap() {
        let gaps = gaps(&second_starts_at(8000));
        let longest = gaps.longest().expect("there is one");
        assert_eq!((longest.from, longest.to, longest.waiting), (0, 8000, 1));
    }

    #[test]
    fn a_time_in_which_nothing_is_due_is_none() {
        let mut history = second_starts_at(8000);
        history.acknowledged[1].at = 7990;
        assert_eq!(gaps(&history).longest().map(Gap::millis), Some(10));
    }

    #[test]
    fn the_time_in_which_the_server_was_down_is_told_apart() {
        let mut history = second_starts_at(8000);
        history.events = vec![
            event(2000, Occurrence::ServerKilled),
            event(5000, Occurrence::ServerBack),
        ];
        let gaps = gaps(&history);
        assert_eq!(gaps.server_down_millis, 3000);
        assert_eq!(gaps.longest().map(Gap::millis), Some(8000));
        assert_eq!(
            gaps.longest_with_server().map(Gap::millis_with_server),
            Some(5000)
        );
    }

    #[test]
    fn a_job_that_never_starts_waits_until_the_end_of_the_run() {
        let mut history = second_starts_at(10);
        history.starts.pop();
        history.jobs[1].status = "Pending".into();
        history.ended_at = 20_000;
        assert_eq!(gaps(&history).longest().map(Gap::millis), Some(20_000));
    }
}
