//! Histories to check the checker with.

use std::time::Duration;

use mongodb::bson::DateTime;

use super::Goals;
use crate::history::{History, Line, StoredAttempt, StoredJob};
use crate::job::{Job, Kind};
use crate::plan::PlannedJob;
use crate::producer::Acknowledged;
use crate::record::{Event, Occurrence};

pub(super) fn goals() -> Goals {
    Goals {
        lease: Duration::from_secs(5),
        gap_limit: 3.0,
        drain: 0.5,
    }
}

pub(super) fn at(millis: i64) -> DateTime {
    DateTime::from_millis(millis)
}

pub(super) fn line(job: u32, worker: &str, millis: i64, attempt: i64) -> Line {
    Line {
        job,
        worker: worker.into(),
        at: at(millis),
        attempt,
    }
}

pub(super) fn attempt(number: i64, worker: &str, millis: i64, outcome: &str) -> StoredAttempt {
    StoredAttempt {
        attempt: number,
        worker: worker.into(),
        finished_at: at(millis),
        outcome: outcome.into(),
        error: None,
    }
}

pub(super) fn event(at: i64, what: Occurrence) -> Event {
    Event { at, what }
}

/// One job of each of `kinds`, numbered from 0, that was enqueued at 0 and whose handler started at
/// 10 ms more than the one before; all went well.
pub(super) fn run_of(kinds: &[Kind]) -> History {
    let mut history = History {
        ended_at: 5000,
        ..History::default()
    };
    for (number, kind) in (0_u32..).zip(kinds.iter().copied()) {
        add(&mut history, number, kind);
    }
    history.starts.sort_by_key(Line::millis);
    history
}

fn add(history: &mut History, number: u32, kind: Kind) {
    let job = Job {
        number,
        kind,
        work_ms: 100,
    };
    let start = i64::from(number) * 10;
    history.acknowledged.push(Acknowledged {
        id: format!("id-{number}"),
        planned: PlannedJob {
            job: job.clone(),
            priority: 0,
            delay: Duration::ZERO,
        },
        at: 0,
    });
    history.starts.push(line(number, "w1", start, 1));
    if kind == Kind::FailsOnce {
        history.starts.push(line(number, "w1", start + 400, 2));
    }
    if kind == Kind::Transactional {
        history.effects.push(line(number, "w1", start + 100, 0));
    }
    history.jobs.push(StoredJob {
        id: format!("id-{number}"),
        args: job,
        status: if kind == Kind::Doomed {
            "Failed"
        } else {
            "Done"
        }
        .into(),
        attempts: if kind == Kind::FailsOnce { 2 } else { 1 },
        crashes: 0,
        last_error: None,
        created_at: at(0),
        history: Vec::new(),
    });
}
