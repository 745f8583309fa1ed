//! Counters and histograms through the `metrics` facade; nothing without the feature.
//!
//! Every metric has the label `queue`. The README lists them.

use std::time::Duration;

use mongodb::bson::DateTime;

use crate::enqueued::Enqueued;
use crate::model::{Outcome, time};

#[cfg(feature = "metrics")]
mod imp {
    pub(super) fn count(name: &'static str, queue: &str, by: u64) {
        metrics::counter!(name, "queue" => queue.to_owned()).increment(by);
    }

    pub(super) fn count_outcome(name: &'static str, queue: &str, outcome: &str) {
        let (queue, outcome) = (queue.to_owned(), outcome.to_owned());
        metrics::counter!(name, "queue" => queue, "outcome" => outcome).increment(1);
    }

    pub(super) fn observe(name: &'static str, queue: &str, seconds: f64) {
        metrics::histogram!(name, "queue" => queue.to_owned()).record(seconds);
    }
}

#[cfg(not(feature = "metrics"))]
mod imp {
    pub(super) fn count(_: &'static str, _: &str, _: u64) {}
    pub(super) fn count_outcome(_: &'static str, _: &str, _: &str) {}
    pub(super) fn observe(_: &'static str, _: &str, _: f64) {}
}

/// Only new jobs count: one that held a key was counted by who enqueued it.
pub(crate) fn enqueued(queue: &str, jobs: &[Enqueued]) {
    let new = jobs.iter().filter(|job| job.is_new()).count();
    imp::count("apalis_mongodb_enqueued_total", queue, new as u64);
}

pub(crate) fn claimed(queue: &str, jobs: usize) {
    imp::count("apalis_mongodb_claimed_total", queue, jobs as u64);
}

/// Candidates that another worker took first.
pub(crate) fn contended(queue: &str, jobs: usize) {
    if jobs == 0 {
        return;
    }
    imp::count("apalis_mongodb_claim_contention_total", queue, jobs as u64);
}

pub(crate) fn settled(queue: &str, outcome: Outcome) {
    imp::count_outcome("apalis_mongodb_settled_total", queue, outcome.as_str());
}

pub(crate) fn retried(queue: &str) {
    imp::count("apalis_mongodb_retried_total", queue, 1);
}

pub(crate) fn dead(queue: &str) {
    imp::count("apalis_mongodb_dead_total", queue, 1);
}

pub(crate) fn rescued(queue: &str) {
    imp::count("apalis_mongodb_rescued_total", queue, 1);
}

pub(crate) fn stale_ack(queue: &str) {
    imp::count("apalis_mongodb_stale_acks_total", queue, 1);
}

pub(crate) fn lease_lost(queue: &str) {
    imp::count("apalis_mongodb_leases_lost_total", queue, 1);
}

pub(crate) fn woken(queue: &str) {
    imp::count("apalis_mongodb_wake_ups_total", queue, 1);
}

/// From the moment a job was due to the start of its handler.
pub(crate) fn started(queue: &str, due: DateTime, started: DateTime) {
    let waited = time::between(due, started);
    let seconds = Duration::from_millis(u64::try_from(waited).unwrap_or(0)).as_secs_f64();
    imp::observe("apalis_mongodb_start_latency_seconds", queue, seconds);
}

pub(crate) fn ran(queue: &str, took: Duration) {
    imp::observe("apalis_mongodb_run_seconds", queue, took.as_secs_f64());
}
