//! Verdicts on jobs that a transaction has locked, each written without the others: they wait until that
//! commits or aborts, and nobody else can have such a job before.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::Acker;
use crate::settlement::{Ack, Settlement};

/// So many wait at a time: each takes a connection meanwhile, of which a client has ten unless set.
const AT_ONCE: usize = 4;
/// Between two tries others have their turn.
const PAUSE: Duration = Duration::from_millis(100);

/// The verdicts that are written alone.
pub(super) struct Alone {
    acker: Arc<Acker>,
    tasks: JoinSet<()>,
    permits: Arc<Semaphore>,
}

impl Alone {
    pub(super) fn new(acker: Acker) -> Self {
        Self {
            acker: Arc::new(acker),
            tasks: JoinSet::new(),
            permits: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    pub(super) fn acker(&self) -> Arc<Acker> {
        Arc::clone(&self.acker)
    }

    /// Begins to write `settlement`.
    pub(super) fn settle(&mut self, settlement: Settlement) {
        // Those that are done.
        while self.tasks.try_join_next().is_some() {}
        let (acker, permits) = (self.acker(), Arc::clone(&self.permits));
        self.tasks
            .spawn(async move { acker.settle_alone(settlement, &permits).await });
    }

    /// Resolves when all of them are written or given up.
    pub(super) async fn end(mut self) {
        while self.tasks.join_next().await.is_some() {}
    }
}

impl Acker {
    async fn settle_alone(&self, mut settlement: Settlement, permits: &Semaphore) {
        settlement.lease.set_locked();
        let one = std::slice::from_mut(&mut settlement);
        let outcome = loop {
            let outcomes = {
                // The semaphore is never closed.
                let _permit = permits.acquire().await;
                self.write(one).await
            };
            if let [Some(outcome)] = outcomes[..] {
                break outcome;
            }
            let late = one[0].finished_at.elapsed() > self.config.lease_duration;
            if !one[0].lease.is_held() || (late && self.stop.is_cancelled()) {
                break Ack::Stale;
            }
            tokio::time::sleep(PAUSE).await;
        };
        self.return_starts(one, &[Some(outcome)]).await;
        self.finish(settlement, outcome);
    }
}
