//! Listens to the counters of apalis-mongodb that tell how often processes got into each other's
//! way.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use metrics::{
    Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit,
    set_global_recorder,
};

/// What was counted so far; other candidates count nothing.
#[derive(Clone, Default)]
pub(super) struct Contention {
    claimed: Arc<AtomicU64>,
    contended: Arc<AtomicU64>,
}

impl Contention {
    /// Listens from now on.
    pub(super) fn listen() -> anyhow::Result<Self> {
        let contention = Self::default();
        set_global_recorder(contention.clone())?;
        Ok(contention)
    }

    pub(super) fn claimed(&self) -> u64 {
        self.claimed.load(Ordering::Relaxed)
    }

    pub(super) fn contended(&self) -> u64 {
        self.contended.load(Ordering::Relaxed)
    }
}

impl Recorder for Contention {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        match key.name() {
            "apalis_mongodb_claimed_total" => Counter::from_arc(Arc::clone(&self.claimed)),
            "apalis_mongodb_claim_contention_total" => {
                Counter::from_arc(Arc::clone(&self.contended))
            }
            _ => Counter::noop(),
        }
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}
