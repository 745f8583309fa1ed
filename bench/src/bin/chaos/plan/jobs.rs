//! Which jobs are enqueued, and how.

use std::ops::Range;
use std::time::Duration;

use rand::RngExt;
use rand::rngs::StdRng;

use super::Scale;
use crate::job::{Job, Kind};

/// A backlog takes two leases when every slot is busy: longer than what a killed worker held is not
/// free yet, and so short that what was interrupted starts again within three leases even if it has
/// to wait for all the others.
const BACKLOG_LEASES: u32 = 2;

/// The jobs of a batch.
const BATCH: usize = 10;

/// How jobs are enqueued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EnqueueMode {
    /// One by one.
    Alone,
    /// Several at once, without a transaction.
    Batch,
    /// In one transaction with a document of the producer.
    Transaction,
    /// In a transaction that is rolled back: no such job may ever run.
    RolledBack,
}

/// A job as it is enqueued.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PlannedJob {
    pub(crate) job: Job,
    pub(crate) priority: i32,
    pub(crate) delay: Duration,
}

/// Jobs that are enqueued together, and when, from the begin of the phase.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Push {
    pub(crate) at: Duration,
    pub(crate) how: EnqueueMode,
    pub(crate) jobs: Vec<PlannedJob>,
}

impl Push {
    /// How many jobs exist after it.
    pub(crate) fn acknowledged(&self) -> usize {
        if self.how == EnqueueMode::RolledBack {
            0
        } else {
            self.jobs.len()
        }
    }
}

/// Jobs that are enqueued at once, to see how fast they are drained.
pub(super) fn backlog(random: &mut StdRng, scale: &Scale, numbers: Range<u32>) -> Vec<PlannedJob> {
    let slots = u32::try_from(scale.workers * scale.slots).unwrap_or(u32::MAX);
    let mean = scale.lease * BACKLOG_LEASES * slots / scale.backlog().max(1);
    let mut jobs = Vec::new();
    for number in numbers {
        let kind = *pick(random, &[(Kind::Plain, 1), (Kind::Transactional, 1)]);
        let work = mean.mul_f64(random.random_range(0.5..1.5));
        jobs.push(PlannedJob {
            job: Job {
                number,
                kind,
                work_ms: millis(work),
            },
            priority: random.random_range(-2..=2),
            delay: Duration::ZERO,
        });
    }
    jobs
}

/// What is enqueued while workers are disturbed.
pub(super) fn pushes(random: &mut StdRng, scale: &Scale, numbers: Range<u32>) -> Vec<Push> {
    let mut pushes = Vec::new();
    let mut rolled_back = scale.jobs..;
    let mut jobs = numbers
        .map(|number| disturbed(random, scale, number))
        .collect::<Vec<_>>();
    while !jobs.is_empty() {
        let ways = [
            (EnqueueMode::Alone, 6),
            (EnqueueMode::Batch, 1),
            (EnqueueMode::Transaction, 3),
            (EnqueueMode::RolledBack, 1),
        ];
        let how = *pick(random, &ways);
        let count = match how {
            EnqueueMode::Alone => 1,
            EnqueueMode::Batch => BATCH,
            EnqueueMode::Transaction => random.random_range(1..=2),
            EnqueueMode::RolledBack => {
                let number = rolled_back.next().unwrap_or(u32::MAX);
                let at = instant(random, scale);
                let jobs = vec![disturbed(random, scale, number)];
                pushes.push(Push { at, how, jobs });
                continue;
            }
        };
        let jobs = jobs.split_off(jobs.len() - count.min(jobs.len()));
        let at = instant(random, scale);
        pushes.push(Push { at, how, jobs });
    }
    pushes.sort_by_key(|push| push.at);
    pushes
}

fn disturbed(random: &mut StdRng, scale: &Scale, number: u32) -> PlannedJob {
    let kinds = [
        (Kind::Plain, 40),
        (Kind::Transactional, 44),
        (Kind::FailsOnce, 14),
        (Kind::Doomed, 2),
    ];
    let kind = *pick(random, &kinds);
    // Most are short, and some outlast their lease.
    let work = match random.random_range(0..50) {
        0 => scale.lease.mul_f64(random.random_range(1.0..1.5)),
        1..=9 => scale.lease.mul_f64(random.random_range(0.1..0.4)),
        _ => Duration::from_millis(random.random_range(5..200)),
    };
    let delay = match random.random_range(0..10) {
        0 => scale.lease.mul_f64(random.random_range(0.1..2.0)),
        _ => Duration::ZERO,
    };
    PlannedJob {
        job: Job {
            number,
            kind,
            work_ms: millis(work),
        },
        priority: random.random_range(-5..=5),
        delay,
    }
}

fn instant(random: &mut StdRng, scale: &Scale) -> Duration {
    scale.disturbed().mul_f64(random.random_range(0.0..1.0))
}

/// One of `choices`, each as often as its weight says.
fn pick<'a, T>(random: &mut StdRng, choices: &'a [(T, u32)]) -> &'a T {
    let all: u32 = choices.iter().map(|(_, weight)| weight).sum();
    let mut left = random.random_range(0..all);
    for (choice, weight) in choices {
        if left < *weight {
            return choice;
        }
        left -= weight;
    }
    &choices[0].0
}

fn millis(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}
