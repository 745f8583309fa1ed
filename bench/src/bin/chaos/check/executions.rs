//! How often handlers ran.

use std::collections::BTreeMap;

use dossier_bench::percentile;
use serde::Serialize;

use crate::history::History;
use crate::job::Kind;

/// How often the handlers of one kind of jobs ran.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct OfKind {
    pub(crate) kind: Kind,
    pub(crate) jobs: usize,
    pub(crate) median: f64,
    pub(crate) p99: f64,
    pub(crate) most: f64,
    /// Attempts that were counted, in all.
    pub(crate) attempts: i64,
    /// Leases that expired, in all.
    pub(crate) crashes: i64,
}

/// How often handlers ran.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Executions {
    pub(crate) kinds: Vec<OfKind>,
    /// So many jobs ran so many times.
    pub(crate) histogram: BTreeMap<usize, usize>,
    /// So many jobs lost their lease so many times.
    pub(crate) crashes: BTreeMap<i64, usize>,
}

pub(super) fn count(history: &History) -> Executions {
    let starts = history.starts_of_jobs();
    let stored = history.jobs_by_number();
    let mut executions = Executions::default();
    let mut of_kinds: BTreeMap<Kind, Vec<f64>> = BTreeMap::new();
    for acknowledged in &history.acknowledged {
        let job = &acknowledged.planned.job;
        let count = starts.get(&job.number).map_or(0, Vec::len);
        *executions.histogram.entry(count).or_default() += 1;
        of_kinds.entry(job.kind).or_default().push(count as f64);
        if let Some(stored) = stored.get(&job.number) {
            *executions.crashes.entry(stored.crashes).or_default() += 1;
        }
    }
    executions.kinds = of_kinds
        .into_iter()
        .map(|(kind, counts)| {
            let of_kind = || history.jobs.iter().filter(|job| job.args.kind == kind);
            OfKind {
                kind,
                jobs: counts.len(),
                median: percentile(&counts, 50.0),
                p99: percentile(&counts, 99.0),
                most: percentile(&counts, 100.0),
                attempts: of_kind().map(|job| job.attempts).sum(),
                crashes: of_kind().map(|job| job.crashes).sum(),
            }
        })
        .collect();
    executions
}

#[cfg(test)]
mod tests {
    use super::super::sample::{line, run_of};
    use super::*;

    #[test]
    fn every_start_of_a_handler_is_an_execution_of_its_job() {
        let mut history = run_of(&[Kind::Plain, Kind::Plain, Kind::FailsOnce]);
        history.starts.push(line(1, "w2", 900, 1));
        history.jobs[1].crashes = 1;
        let executions = count(&history);
        assert_eq!(executions.histogram, BTreeMap::from([(1, 1), (2, 2)]));
        assert_eq!(executions.crashes, BTreeMap::from([(0, 2), (1, 1)]));
        let plain = &executions.kinds[0];
        assert_eq!((plain.kind, plain.jobs, plain.most), (Kind::Plain, 2, 2.0));
    }
}
