//! What a seed makes of a run: which jobs are enqueued how, and what happens when.

mod disturbances;
mod jobs;

use std::time::Duration;

use rand::SeedableRng;
use rand::rngs::StdRng;

pub(crate) use disturbances::{Disturbance, Outage, Planned};
pub(crate) use jobs::{EnqueueMode, PlannedJob, Push};

use crate::arguments::Arguments;

/// How large a run is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scale {
    pub(crate) jobs: u32,
    pub(crate) workers: usize,
    pub(crate) slots: usize,
    pub(crate) lease: Duration,
    pub(crate) short: bool,
}

impl Scale {
    pub(crate) fn of(arguments: &Arguments) -> Self {
        Self {
            jobs: arguments.jobs(),
            workers: arguments.workers(),
            slots: arguments.slots(),
            lease: arguments.lease(),
            short: arguments.short,
        }
    }

    /// How long the disturbed phase lasts.
    pub(crate) fn disturbed(&self) -> Duration {
        self.lease * if self.short { 12 } else { 48 }
    }

    /// The jobs of each of the two backlogs. What is left is enqueued in the disturbed phase.
    pub(crate) fn backlog(&self) -> u32 {
        self.jobs * 3 / 10
    }
}

/// A whole run.
#[derive(Debug, PartialEq)]
pub(crate) struct Plan {
    /// The backlog that is drained undisturbed.
    pub(crate) before: Vec<PlannedJob>,
    /// What is enqueued in the disturbed phase, in the order of time.
    pub(crate) pushes: Vec<Push>,
    /// What happens to the workers in that phase, in the order of time.
    pub(crate) disturbances: Vec<Planned>,
    /// When the server is killed in that phase.
    pub(crate) outages: Vec<Outage>,
    /// The backlog during which all workers are killed.
    pub(crate) after: Vec<PlannedJob>,
}

impl Plan {
    pub(crate) fn new(seed: u64, scale: &Scale) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let backlog = scale.backlog();
        let disturbed = scale.jobs - 2 * backlog;
        Self {
            before: jobs::backlog(&mut random, scale, 0..backlog),
            pushes: jobs::pushes(&mut random, scale, backlog..backlog + disturbed),
            disturbances: disturbances::of_workers(&mut random, scale),
            outages: disturbances::of_server(&mut random, scale),
            after: jobs::backlog(&mut random, scale, backlog + disturbed..scale.jobs),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn scale() -> Scale {
        Scale {
            jobs: 1000,
            workers: 4,
            slots: 8,
            lease: Duration::from_secs(5),
            short: false,
        }
    }

    #[test]
    fn a_seed_always_makes_the_same_plan_and_another_one_another() {
        assert_eq!(Plan::new(7, &scale()), Plan::new(7, &scale()));
        assert_ne!(Plan::new(7, &scale()), Plan::new(8, &scale()));
    }

    #[test]
    fn every_number_is_enqueued_once_beside_those_that_are_rolled_back() {
        let plan = Plan::new(3, &scale());
        let pushed = plan
            .pushes
            .iter()
            .filter(|push| push.how != EnqueueMode::RolledBack);
        let pushed = pushed.flat_map(|push| &push.jobs);
        let numbers: Vec<u32> = plan
            .before
            .iter()
            .chain(pushed)
            .chain(&plan.after)
            .map(|job| job.job.number)
            .collect();
        assert_eq!(numbers.len(), 1000);
        assert_eq!(numbers.iter().collect::<BTreeSet<_>>().len(), 1000);
        let rolled_back = plan
            .pushes
            .iter()
            .filter(|push| push.how == EnqueueMode::RolledBack);
        let mut rolled_back = rolled_back.flat_map(|push| &push.jobs).peekable();
        assert!(rolled_back.peek().is_some());
        assert!(rolled_back.all(|job| job.job.number >= 1000));
    }

    #[test]
    fn a_plan_is_in_the_order_of_time_and_ends_with_its_phase() {
        let plan = Plan::new(5, &scale());
        assert!(plan.pushes.is_sorted_by_key(|push| push.at));
        assert!(plan.disturbances.is_sorted_by_key(|planned| planned.at));
        let last = plan.disturbances.last().expect("something happens");
        assert!(last.at < scale().disturbed());
        assert!(
            plan.outages
                .iter()
                .all(|outage| outage.at < scale().disturbed())
        );
    }

    #[test]
    fn a_short_run_has_something_of_everything() {
        let short = Scale {
            short: true,
            jobs: 300,
            ..scale()
        };
        let plan = Plan::new(1, &short);
        let has = |wanted: fn(&Disturbance) -> bool| {
            plan.disturbances
                .iter()
                .any(|planned| wanted(&planned.what))
        };
        assert!(has(|what| matches!(what, Disturbance::Kill { .. })));
        assert!(has(|what| matches!(what, Disturbance::KillAll)));
        assert!(has(|what| matches!(what, Disturbance::Terminate { .. })));
        assert!(has(|what| matches!(what, Disturbance::CutOff)));
        let lease = short.lease;
        let freezes = |longer: bool| {
            plan.disturbances.iter().any(|planned| {
                matches!(planned.what, Disturbance::Freeze { length, .. } if (length > lease) == longer)
            })
        };
        assert!(freezes(false) && freezes(true));
        assert_eq!(plan.outages.len(), 2);
    }
}
