//! The times in which no job was started although some were due.

use serde::Serialize;

use crate::history::{History, Line, StoredJob};
use crate::producer::Acknowledged;
use crate::record::What;

/// No more of them are kept than anybody wants to see.
const KEPT: usize = 10;

/// A time without a start while jobs were due; in milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Gap {
    pub(crate) from: i64,
    pub(crate) to: i64,
    /// In how much of it the server was down.
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
    /// In how many milliseconds of the run the server was down.
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

pub(super) fn find(history: &History) -> Gaps {
    let outages = outages(history);
    let mut waits = waits(history);
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
                without_server_millis: overlap(&outages, from, to),
                waiting: due.iter().filter(|since| **since < to).count(),
                after: None,
            });
        }
    }
    let server_down_millis = overlap(&outages, i64::MIN, history.ended_at);
    Gaps {
        longest: longest(gaps, history),
        server_down_millis,
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
        let mut before = history.events.iter().rev();
        let last = before.find(|event| event.at < gap.to && event.what.disturbance().is_some());
        gap.after = last.map(|event| event.what.describe());
    }
    longest
}

/// A time in which a job was due.
struct Wait {
    since: i64,
    /// When its handler started, or the end of the run.
    until: i64,
}

fn waits(history: &History) -> Vec<Wait> {
    let starts = history.starts_of_jobs();
    let jobs = history.jobs_by_number();
    let mut waits = Vec::new();
    for acknowledged in &history.acknowledged {
        let number = acknowledged.planned.job.number;
        let stored = jobs.get(&number).copied();
        let starts = starts.get(&number).map_or(&[][..], Vec::as_slice);
        let is_final = stored.is_some_and(|job| ["Done", "Failed"].contains(&job.status.as_str()));
        let end = (!is_final).then_some(history.ended_at);
        let mut since = due(acknowledged, stored);
        let mut add = |since, until| waits.push(Wait { since, until });
        for start in starts {
            add(since, start.millis());
            since = due_again(history, start, acknowledged.planned.job.work_ms, stored);
        }
        if let Some(end) = end {
            add(since, end);
        }
    }
    waits
}

/// When a job was due first: nobody waits for it before its enqueuer knows of it.
fn due(acknowledged: &Acknowledged, stored: Option<&StoredJob>) -> i64 {
    let delay = i64::try_from(acknowledged.planned.delay.as_millis()).unwrap_or(i64::MAX);
    let created = stored.map_or(acknowledged.at, |job| job.created_at.timestamp_millis());
    acknowledged.at.max(created.saturating_add(delay))
}

/// When a job was due again at the earliest after its handler started: its worker was killed or told
/// to stop, its lease expired, or the handler ended.
fn due_again(history: &History, start: &Line, work_ms: u32, stored: Option<&StoredJob>) -> i64 {
    let ended = history
        .events
        .iter()
        .filter(|event| event.what.ends(&start.worker));
    let expired = stored.iter().flat_map(|job| &job.history);
    // The server wrote these times, and no worker with a wrong clock.
    let expired = expired.filter(|attempt| attempt.outcome == "lease_expired");
    let expired = expired.map(|attempt| attempt.finished_at.timestamp_millis());
    let known = ended.map(|event| event.at).chain(expired);
    let handler_ended = start.millis() + i64::from(work_ms);
    let known = known.filter(|at| *at >= start.millis());
    known
        .min()
        .map_or(handler_ended, |at| at.min(handler_ended))
}

/// From each time the server was killed until it was back.
fn outages(history: &History) -> Vec<(i64, i64)> {
    let mut outages = Vec::new();
    let mut down = None;
    for event in &history.events {
        match event.what {
            What::ServerKilled => down = Some(event.at),
            What::ServerBack => outages.extend(down.take().map(|from| (from, event.at))),
            _ => {}
        }
    }
    outages.extend(down.map(|from| (from, history.ended_at)));
    outages
}

fn overlap(outages: &[(i64, i64)], from: i64, to: i64) -> i64 {
    let parts = outages
        .iter()
        .map(|(down, back)| (*back).min(to) - (*down).max(from));
    parts.map(|part| part.max(0)).sum()
}

#[cfg(test)]
mod tests {
    use super::super::sample::{at, attempt, line, run_of};
    use super::*;
    use crate::job::Kind;
    use crate::record::Event;

    fn event(at: i64, what: What) -> Event {
        Event { at, what }
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
        let gaps = find(&second_starts_at(8000));
        let longest = gaps.longest().expect("there is one");
        assert_eq!((longest.from, longest.to, longest.waiting), (0, 8000, 1));
    }

    #[test]
    fn a_time_in_which_nothing_is_due_is_none() {
        let mut history = second_starts_at(8000);
        history.acknowledged[1].at = 7990;
        assert_eq!(find(&history).longest().map(Gap::millis), Some(10));
    }

    #[test]
    fn the_time_in_which_the_server_was_down_is_told_apart() {
        let mut history = second_starts_at(8000);
        history.events = vec![
            event(2000, What::ServerKilled),
            event(5000, What::ServerBack),
        ];
        let gaps = find(&history);
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
        assert_eq!(find(&history).longest().map(Gap::millis), Some(20_000));
    }

    #[test]
    fn a_job_of_a_killed_worker_is_due_from_the_kill_on() {
        let mut history = run_of(&[Kind::Plain]);
        history.starts.push(line(0, "w2", 9000, 1));
        let worker = "w1".to_owned();
        history.events = vec![event(40, What::Killed { worker })];
        let gaps = find(&history);
        let longest = gaps.longest().expect("there is one");
        assert_eq!((longest.from, longest.to), (40, 9000));
        assert_eq!(longest.after.as_deref(), Some("w1 killed"));
    }

    #[test]
    fn a_job_whose_lease_expired_is_due_from_then_on() {
        let mut history = run_of(&[Kind::Plain]);
        history.acknowledged[0].planned.job.work_ms = 60_000;
        history.jobs[0].history = vec![attempt(1, "w1", 5000, "lease_expired")];
        history.starts.push(line(0, "w2", 9000, 1));
        assert_eq!(find(&history).longest().map(Gap::millis), Some(4000));
    }
}
