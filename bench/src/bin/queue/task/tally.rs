//! Counts what a worker process has run, and tells the parent.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::contention::Contention;
use crate::candidate::Observer;
use crate::child_task::{ChildReport, Tally, now_micros, report_line};

/// The pause between two lines; a hundred lines a second cost a worker nothing to speak of.
const SAY_EVERY: Duration = Duration::from_millis(10);

#[derive(Default)]
pub(super) struct Counter {
    count: AtomicU64,
    first: AtomicU64,
}

impl Counter {
    /// Counts every handler that runs.
    pub(super) fn observer(self: &Arc<Self>) -> Observer {
        let counter = Arc::clone(self);
        Arc::new(move |_| {
            if counter.count.fetch_add(1, Ordering::Relaxed) == 0 {
                counter.first.store(now_micros(), Ordering::Relaxed);
            }
        })
    }

    /// Tells how far it is whenever that has changed, for good.
    pub(super) async fn tell(&self, contention: &Contention) -> anyhow::Result<()> {
        let mut told = 0;
        loop {
            let tally = Tally {
                count: self.count.load(Ordering::Relaxed),
                first: self.first.load(Ordering::Relaxed),
                claimed: contention.claimed(),
                contended: contention.contended(),
            };
            if tally.count != told {
                report_line(&ChildReport::Ran(tally))?;
                told = tally.count;
            }
            tokio::time::sleep(SAY_EVERY).await;
        }
    }
}
