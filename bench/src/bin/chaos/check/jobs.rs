//! What became of each job.

use std::collections::{BTreeMap, BTreeSet};

use super::{Promise, Violation, timeline};
use crate::history::{History, Line, StoredJob};
use crate::job::Kind;
use crate::producer::Acknowledged;

/// Everything that is wrong with a job.
pub(super) fn check(history: &History) -> Vec<Violation> {
    let jobs: BTreeMap<&str, &StoredJob> = history
        .jobs
        .iter()
        .map(|job| (job.id.as_str(), job))
        .collect();
    let starts = history.starts_of_jobs();
    let mut effects: BTreeMap<u32, usize> = BTreeMap::new();
    for effect in &history.effects {
        *effects.entry(effect.job).or_default() += 1;
    }
    let mut violations = unasked(history);
    for acknowledged in &history.acknowledged {
        let number = acknowledged.planned.job.number;
        let stored = jobs.get(acknowledged.id.as_str()).copied();
        let effects = effects.get(&number).copied().unwrap_or(0);
        let starts = starts.get(&number).map_or(&[][..], Vec::as_slice);
        let found = [
            end(acknowledged, stored, starts),
            effect(acknowledged, stored, effects),
        ];
        violations.extend(
            found
                .into_iter()
                .flatten()
                .map(|(promise, what)| Violation {
                    promise,
                    what,
                    job: Some(acknowledged.id.clone()),
                    timeline: timeline::of(history, acknowledged, stored),
                }),
        );
    }
    violations
}

type Found = Option<(Promise, String)>;

/// What is wrong with the way it ended.
fn end(acknowledged: &Acknowledged, stored: Option<&StoredJob>, starts: &[&Line]) -> Found {
    let kind = acknowledged.planned.job.kind;
    let Some(stored) = stored else {
        return Some((Promise::NothingLost, "an acknowledged job is gone".into()));
    };
    match (stored.status.as_str(), kind) {
        ("Done", Kind::Doomed) => Some((
            Promise::DeadOnlyIfMeant,
            "a job that was to die is done".into(),
        )),
        ("Done", _) | ("Failed", Kind::Doomed) if starts.is_empty() => Some((
            Promise::NothingLost,
            "a job is finished that never ran".into(),
        )),
        ("Done", Kind::FailsOnce) if stored.attempts < 2 => Some((
            Promise::NothingLost,
            "a job is done whose only attempt failed".into(),
        )),
        ("Done", _) | ("Failed", Kind::Doomed) => None,
        ("Failed", _) => {
            let reason = stored.last_error.as_deref().unwrap_or("for no reason");
            Some((Promise::DeadOnlyIfMeant, format!("a job is dead: {reason}")))
        }
        (status, _) => Some((Promise::NothingLost, format!("a job is still {status}"))),
    }
}

/// What is wrong with its effect.
fn effect(acknowledged: &Acknowledged, stored: Option<&StoredJob>, effects: usize) -> Found {
    let has_one = acknowledged.planned.job.kind == Kind::Transactional;
    let is_done = stored.is_some_and(|job| job.status == "Done");
    let expected = usize::from(has_one && is_done);
    (effects != expected).then(|| {
        let what = format!("a job's effect took place {effects} times and not {expected}");
        (Promise::EffectsOnce, what)
    })
}

/// Jobs that exist or ran although nobody was told of them.
fn unasked(history: &History) -> Vec<Violation> {
    let ids: BTreeSet<&str> = history
        .acknowledged
        .iter()
        .map(|job| job.id.as_str())
        .collect();
    let numbers = history
        .acknowledged
        .iter()
        .map(|job| job.planned.job.number);
    let numbers: BTreeSet<u32> = numbers.collect();
    let violation = |what, job: Option<&StoredJob>| Violation {
        promise: Promise::NothingInvented,
        what,
        job: job.map(|job| job.id.clone()),
        timeline: Vec::new(),
    };
    let exist = history
        .jobs
        .iter()
        .filter(|job| !ids.contains(job.id.as_str()));
    let exist = exist.map(|job| {
        let number = job.args.number;
        violation(
            format!("job {number} exists and was not acknowledged"),
            Some(job),
        )
    });
    let ran = history
        .starts
        .iter()
        .map(|start| start.job)
        .collect::<BTreeSet<_>>();
    let ran = ran
        .difference(&numbers)
        .map(|number| violation(format!("job {number} ran and was not acknowledged"), None));
    exist.chain(ran).collect()
}

#[cfg(test)]
mod tests {
    use super::super::sample::{line, run_of};
    use super::*;

    fn promises(history: &History) -> Vec<Promise> {
        check(history)
            .iter()
            .map(|violation| violation.promise)
            .collect()
    }

    #[test]
    fn a_lost_job_is_found_with_its_id() {
        let mut history = run_of(&[Kind::Plain, Kind::Plain]);
        history.jobs.remove(1);
        let violations = check(&history);
        assert_eq!(violations.len(), 1);
        assert_eq!(violations[0].promise, Promise::NothingLost);
        assert_eq!(violations[0].job.as_deref(), Some("id-1"));
        assert!(!violations[0].timeline.is_empty());
    }

    #[test]
    fn a_job_that_still_waits_at_the_end_is_found() {
        let mut history = run_of(&[Kind::Plain]);
        history.jobs[0].status = "Pending".into();
        assert_eq!(promises(&history), [Promise::NothingLost]);
    }

    #[test]
    fn a_job_that_is_done_without_having_run_is_found() {
        let mut history = run_of(&[Kind::Plain]);
        history.starts.clear();
        assert_eq!(promises(&history), [Promise::NothingLost]);
    }

    #[test]
    fn a_doubled_effect_and_a_missing_one_are_found() {
        let mut history = run_of(&[Kind::Transactional, Kind::Transactional]);
        history.effects = vec![line(0, "w1", 110, 0), line(0, "w2", 900, 0)];
        assert_eq!(
            promises(&history),
            [Promise::EffectsOnce, Promise::EffectsOnce]
        );
    }

    #[test]
    fn an_effect_without_its_jobs_completion_is_found() {
        let mut history = run_of(&[Kind::Transactional]);
        history.jobs[0].status = "Running".into();
        assert_eq!(
            promises(&history),
            [Promise::NothingLost, Promise::EffectsOnce]
        );
    }

    #[test]
    fn a_job_that_died_unasked_is_found_with_its_reason() {
        let mut history = run_of(&[Kind::Plain, Kind::Doomed]);
        history.jobs[0].status = "Failed".into();
        history.jobs[0].last_error = Some("quarantined".into());
        let violations = check(&history);
        assert_eq!(violations.len(), 1);
        assert_eq!(violations[0].promise, Promise::DeadOnlyIfMeant);
        assert!(violations[0].what.contains("quarantined"));
    }

    #[test]
    fn a_job_of_a_transaction_that_was_rolled_back_is_found_if_it_exists_or_ran() {
        let mut history = run_of(&[Kind::Plain, Kind::Plain]);
        history.acknowledged.pop();
        assert_eq!(promises(&history), [Promise::NothingInvented; 2]);
        history.jobs.pop();
        assert_eq!(promises(&history), [Promise::NothingInvented]);
    }
}
