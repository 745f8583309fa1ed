//! Whether every promise held. Pure: from what is known of a run to what is to be said of it.

mod drain;
mod executions;
mod gaps;
mod jobs;
mod outages;
mod restarts;
#[cfg(test)]
mod sample;
mod timeline;
mod waits;

use std::time::Duration;

use serde::Serialize;

use self::outages::Outages;
use crate::arguments::Arguments;
use crate::history::History;
use crate::record::Occurrence;

pub(crate) use drain::{Backlogs, Drain};
pub(crate) use executions::{Executions, OfKind};
pub(crate) use gaps::Gaps;
pub(crate) use restarts::Restart;

/// What is demanded of a run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Goals {
    pub(crate) lease: Duration,
    /// In leases.
    pub(crate) gap_limit: f64,
    /// As a share of the undisturbed drain.
    pub(crate) drain: f64,
}

impl Goals {
    pub(crate) fn of(arguments: &Arguments) -> Self {
        Self {
            lease: arguments.lease(),
            gap_limit: arguments.gap_limit,
            drain: arguments.drain_goal,
        }
    }

    pub(crate) fn leases(&self, millis: i64) -> f64 {
        millis as f64 / self.lease.as_millis() as f64
    }
}

/// The promises that are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Promise {
    NothingLost,
    NothingInvented,
    DeadOnlyIfMeant,
    EffectsOnce,
    NoLongGap,
    StartedAgain,
    DrainAfterKill,
    WorkersLive,
    InTime,
}

impl Promise {
    pub(crate) const ALL: [Self; 9] = [
        Self::NothingLost,
        Self::NothingInvented,
        Self::DeadOnlyIfMeant,
        Self::EffectsOnce,
        Self::NoLongGap,
        Self::StartedAgain,
        Self::DrainAfterKill,
        Self::WorkersLive,
        Self::InTime,
    ];

    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::NothingLost => "every acknowledged job ran and is done",
            Self::NothingInvented => "each was enqueued once, and none that was rolled back",
            Self::DeadOnlyIfMeant => "only jobs that were to die are dead",
            Self::EffectsOnce => "every transactional effect took place once",
            Self::NoLongGap => "some job is started while jobs are due",
            Self::StartedAgain => "a job that was interrupted starts again",
            Self::DrainAfterKill => "a backlog drains after all workers were killed",
            Self::WorkersLive => "no worker ended by itself, and each stopped when told to",
            Self::InTime => "the run ended in time",
        }
    }
}

/// A promise that did not hold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Violation {
    pub(crate) promise: Promise,
    pub(crate) what: String,
    /// The job in question and what is known of it.
    pub(crate) job: Option<String>,
    pub(crate) timeline: Vec<String>,
}

impl Violation {
    fn new(promise: Promise, what: impl Into<String>) -> Self {
        Self {
            promise,
            what: what.into(),
            job: None,
            timeline: Vec::new(),
        }
    }
}

/// What is to be said of a run.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Findings {
    pub(crate) violations: Vec<Violation>,
    pub(crate) executions: Executions,
    pub(crate) gaps: Gaps,
    /// The longest waits of jobs that had started before, the longest first; the time in which the
    /// server was down or the machine paused does not count. The one that is the longest when it does is among them.
    pub(crate) restarts: Vec<Restart>,
    pub(crate) drain: Drain,
}

/// Checks a run of which `before` and `after` are the numbers of the two backlogs' jobs.
pub(crate) fn check(history: &History, goals: &Goals, backlogs: &Backlogs) -> Findings {
    let outages = Outages::of(history);
    let waits = waits::waits(history, goals.lease);
    let mut restarts = restarts::find(history, &outages, &waits);
    let gaps = gaps::find(history, &outages, waits);
    let drain = drain::measure(history, &outages, backlogs);
    let mut violations = jobs::check(history);
    violations.extend(workers(history));
    violations.extend(gap(&gaps, goals));
    violations.extend(restarts::late(history, &restarts, goals));
    violations.extend(slow_drain(&drain, goals));
    if let Some(reason) = &history.broken_off {
        violations.push(Violation::new(Promise::InTime, reason));
    }
    restarts::keep_longest(&mut restarts);
    Findings {
        violations,
        executions: executions::count(history),
        gaps,
        restarts,
        drain,
    }
}

fn workers(history: &History) -> impl Iterator<Item = Violation> {
    let bad = history.events.iter().filter(|event| {
        matches!(
            event.what,
            Occurrence::EndedByItself { .. } | Occurrence::StoppedBadly { .. }
        )
    });
    bad.map(|event| Violation::new(Promise::WorkersLive, event.what.describe()))
}

fn gap(gaps: &Gaps, goals: &Goals) -> Option<Violation> {
    let longest = gaps.longest_with_server()?;
    let (millis, leases) = (
        longest.millis_with_server(),
        goals.leases(longest.millis_with_server()),
    );
    (leases > goals.gap_limit).then(|| {
        let what = format!(
            "no job was started for {:.1} s ({leases:.1} leases) while {} were due; before that: {}",
            millis as f64 / 1000.0,
            longest.waiting,
            longest.after.as_deref().unwrap_or("nothing"),
        );
        Violation::new(Promise::NoLongGap, what)
    })
}

fn slow_drain(drain: &Drain, goals: &Goals) -> Option<Violation> {
    let share = drain.share().filter(|share| *share < goals.drain)?;
    let what = format!("it drained at {share:.2} of the undisturbed speed");
    Some(Violation::new(Promise::DrainAfterKill, what))
}

#[cfg(test)]
mod tests {
    use super::sample::{at, goals, line, run_of};
    use super::*;
    use crate::job::Kind;
    use crate::record::Event;

    fn promises(history: &History) -> Vec<Promise> {
        let findings = check(history, &goals(), &Backlogs::default());
        findings
            .violations
            .iter()
            .map(|violation| violation.promise)
            .collect()
    }

    #[test]
    fn a_run_in_which_everything_went_well_violates_nothing() {
        let kinds = [
            Kind::Plain,
            Kind::Transactional,
            Kind::FailsOnce,
            Kind::Doomed,
        ];
        assert_eq!(promises(&run_of(&kinds)), []);
    }

    #[test]
    fn a_gap_above_the_limit_is_found() {
        let mut history = run_of(&[Kind::Plain, Kind::Plain]);
        // The second job was due when the first one started, and waited for four leases of 5 s.
        history.starts[1].at = at(21_000);
        history.ended_at = 30_000;
        assert_eq!(promises(&history), [Promise::NoLongGap]);
    }

    #[test]
    fn a_job_that_waits_too_long_for_another_start_is_found_though_others_start() {
        let mut history = run_of(&[Kind::Plain; 3]);
        history.starts[1].at = at(8000);
        history.starts[2].at = at(16_000);
        history.acknowledged[1].at = 8000;
        history.acknowledged[2].at = 16_000;
        history.starts.push(line(0, "w2", 20_000, 1));
        history.ended_at = 21_000;
        assert_eq!(promises(&history), [Promise::StartedAgain]);
    }

    #[test]
    fn a_worker_that_ended_by_itself_is_found() {
        let mut history = run_of(&[Kind::Plain]);
        let (worker, how) = ("w1".to_owned(), "exit status: 1".to_owned());
        let what = Occurrence::EndedByItself { worker, how };
        history.events.push(Event { at: 1, what });
        assert_eq!(promises(&history), [Promise::WorkersLive]);
    }

    #[test]
    fn a_run_that_was_broken_off_has_failed() {
        let mut history = run_of(&[Kind::Plain]);
        history.broken_off = Some("it took too long".into());
        assert_eq!(promises(&history), [Promise::InTime]);
    }

    #[test]
    fn a_backlog_that_drains_slowly_after_a_kill_is_found() {
        let mut history = run_of(&[Kind::Plain; 4]);
        for (start, millis) in history.starts.iter_mut().zip([0, 1000, 2000, 9000]) {
            start.at = at(millis);
        }
        history.killed_at = Some(2000);
        let backlogs = Backlogs {
            before: vec![0, 1],
            after: vec![2, 3],
        };
        let findings = check(&history, &goals(), &backlogs);
        let promises: Vec<_> = findings
            .violations
            .iter()
            .map(|found| found.promise)
            .collect();
        assert_eq!(promises, [Promise::DrainAfterKill]);
    }
}
