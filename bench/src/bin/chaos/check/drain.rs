//! How fast a backlog is drained, undisturbed and after all workers were killed.

use std::collections::BTreeSet;

use serde::Serialize;

use super::outages::Outages;
use crate::history::History;

/// The numbers of the jobs of the two backlogs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Backlogs {
    pub(crate) before: Vec<u32>,
    pub(crate) after: Vec<u32>,
}

/// Jobs a second.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub(crate) struct Drain {
    /// From the first start to the last end.
    pub(crate) before: Option<f64>,
    /// From the kill to the last end: the jobs that had not ended at the kill.
    pub(crate) after: Option<f64>,
}

impl Drain {
    /// The second as a share of the first.
    pub(crate) fn share(&self) -> Option<f64> {
        Some(self.after? / self.before?)
    }
}

/// A handler's last start and what it worked from then on make its end; a worker's clock may be wrong,
/// so what a job's document says of it is not used.
pub(super) fn measure(history: &History, outages: &Outages, backlogs: &Backlogs) -> Drain {
    let before = ends(history, &backlogs.before);
    let starts = history.starts.iter();
    let of_before: BTreeSet<u32> = backlogs.before.iter().copied().collect();
    let begin = starts
        .filter(|start| of_before.contains(&start.job))
        .map(|start| start.millis());
    let after = ends(history, &backlogs.after);
    let left = history.killed_at.map(|kill| {
        let left: Vec<i64> = after.into_iter().filter(|end| *end > kill).collect();
        speed(&left, Some(kill), outages)
    });
    Drain {
        before: speed(&before, begin.min(), outages),
        after: left.flatten(),
    }
}

fn ends(history: &History, numbers: &[u32]) -> Vec<i64> {
    let starts = history.starts_of_jobs();
    let jobs = history.jobs_by_number();
    let end = |number: &u32| {
        let last = starts.get(number)?.last()?;
        Some(last.millis() + i64::from(jobs.get(number)?.args.work_ms))
    };
    numbers.iter().filter_map(end).collect()
}

fn speed(ends: &[i64], begin: Option<i64>, outages: &Outages) -> Option<f64> {
    let (begin, end) = (begin?, *ends.iter().max()?);
    let seconds = (end - begin - outages.within(begin, end)) as f64 / 1000.0;
    (seconds > 0.0).then(|| ends.len() as f64 / seconds)
}

#[cfg(test)]
mod tests {
    use super::super::sample::{at, run_of};
    use super::*;
    use crate::job::Kind;

    #[test]
    fn the_speed_after_a_kill_counts_what_was_left_and_how_long_it_took() {
        let mut history = run_of(&[Kind::Plain; 6]);
        // Each works for 100 ms. Two jobs in a second; then one before the kill and three after it.
        for (start, millis) in history
            .starts
            .iter_mut()
            .zip([0, 900, 1000, 2000, 3000, 4900])
        {
            start.at = at(millis);
        }
        history.killed_at = Some(2000);
        let backlogs = Backlogs {
            before: vec![0, 1],
            after: vec![2, 3, 4, 5],
        };
        let drain = measure(&history, &Outages::default(), &backlogs);
        assert_eq!((drain.before, drain.after), (Some(2.0), Some(1.0)));
        assert_eq!(drain.share(), Some(0.5));
    }
}
