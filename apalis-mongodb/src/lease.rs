//! The leases a worker holds.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use mongodb::bson::DateTime;
use mongodb::bson::oid::ObjectId;
use tokio::sync::{OwnedSemaphorePermit, watch};

use crate::model::JobDocument;
use crate::sync::lock;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LeaseState {
    /// Ours, as far as we know.
    Held,
    /// Another worker or an operator has the job now, or nobody.
    Lost,
    /// Acknowledged or given back.
    Settled,
}

/// However long a handler wants its lease to last: a worker that died with it is noticed in a day.
pub(crate) const LONGEST_LEASE: Duration = Duration::from_secs(24 * 60 * 60);

#[derive(Debug)]
struct Timing {
    deadline: Instant,
    duration: Duration,
}

/// The right to run one job until a deadline, proven by a fencing token.
#[derive(Debug)]
pub(crate) struct Lease {
    pub(crate) id: String,
    pub(crate) token: ObjectId,
    /// The number of the attempt it covers.
    pub(crate) attempt: u32,
    /// When the job was due, once its handler has started.
    pub(crate) due_at: OnceLock<DateTime>,
    /// When the handler started.
    pub(crate) started_at: OnceLock<Instant>,
    state: watch::Sender<LeaseState>,
    timing: Mutex<Timing>,
    permits: Mutex<Vec<OwnedSemaphorePermit>>,
    settling: AtomicBool,
    in_transaction: AtomicBool,
    locked: AtomicBool,
}

impl Lease {
    /// `asked_at` is the moment before the claim was sent: the server's lease began later.
    pub(crate) fn new(
        id: String,
        token: ObjectId,
        attempt: u32,
        asked_at: Instant,
        duration: Duration,
        permits: Vec<OwnedSemaphorePermit>,
    ) -> Self {
        Self {
            id,
            token,
            attempt,
            due_at: OnceLock::new(),
            started_at: OnceLock::new(),
            state: watch::Sender::new(LeaseState::Held),
            timing: Mutex::new(Timing {
                deadline: asked_at + duration,
                duration,
            }),
            permits: Mutex::new(permits),
            settling: AtomicBool::new(false),
            in_transaction: AtomicBool::new(false),
            locked: AtomicBool::new(false),
        }
    }

    /// An acknowledgement is on its way, so that the store may know the job as settled before we do.
    pub(crate) fn set_settling(&self) {
        self.settling.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_settling(&self) -> bool {
        self.settling.load(Ordering::Relaxed)
    }

    /// A transaction of its handler has written the job, so that other writes wait for it.
    pub(crate) fn set_in_transaction(&self) {
        self.in_transaction.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_in_transaction(&self) -> bool {
        self.in_transaction.load(Ordering::Relaxed)
    }

    /// Somebody else's transaction has, or had: a write of ours was given up.
    pub(crate) fn set_locked(&self) {
        self.locked.store(true, Ordering::Relaxed);
    }

    /// Whether a write of this job may wait for a transaction, and with it whatever is written together.
    pub(crate) fn may_be_locked(&self) -> bool {
        self.is_in_transaction() || self.locked.load(Ordering::Relaxed)
    }

    pub(crate) fn state(&self) -> LeaseState {
        *self.state.borrow()
    }

    pub(crate) fn is_held(&self) -> bool {
        self.state() == LeaseState::Held
    }

    /// How long the lease goes by renewals.
    pub(crate) fn duration(&self) -> Duration {
        lock(&self.timing).duration
    }

    /// Makes renewals last at least `duration`, which is cut to [`LONGEST_LEASE`].
    pub(crate) fn lengthen(&self, duration: Duration) {
        let mut timing = lock(&self.timing);
        timing.duration = timing.duration.max(duration.min(LONGEST_LEASE));
    }

    pub(crate) fn renewed(&self, asked_at: Instant) {
        let mut timing = lock(&self.timing);
        timing.deadline = asked_at + timing.duration;
    }

    /// What is left by our own clock, which started before the server's.
    pub(crate) fn remaining(&self) -> Duration {
        lock(&self.timing)
            .deadline
            .saturating_duration_since(Instant::now())
    }

    /// Resolves when the lease is lost, or has run out by our own clock without a renewal. Never for
    /// one that is settled.
    pub(crate) async fn lost(&self) {
        let mut state = self.state.subscribe();
        loop {
            let left = self.remaining();
            let is_over = *state.borrow_and_update() != LeaseState::Held;
            if is_over || left.is_zero() {
                break;
            }
            tokio::select! {
                // The sender lives in this lease.
                _ = state.changed() => {}
                // A renewal may have come meanwhile.
                () = tokio::time::sleep(left) => {}
            }
        }
        if self.state() == LeaseState::Settled {
            std::future::pending().await
        }
    }

    /// Marks the lease lost; false if it was not held any more.
    pub(crate) fn lose(&self) -> bool {
        self.leave(LeaseState::Lost)
    }

    /// Marks the lease settled; false if it was not held any more.
    pub(crate) fn settle(&self) -> bool {
        self.leave(LeaseState::Settled)
    }

    fn leave(&self, to: LeaseState) -> bool {
        lock(&self.permits).clear();
        self.state.send_if_modified(|state| {
            let held = *state == LeaseState::Held;
            if held {
                *state = to;
            }
            held
        })
    }
}

/// A job that was claimed, and the right to run it.
#[derive(Debug)]
pub(crate) struct ClaimedJob {
    pub(crate) job: JobDocument,
    pub(crate) lease: Arc<Lease>,
}

/// All unsettled leases of one worker, by job.
#[derive(Debug)]
pub(crate) struct LeaseTable {
    leases: Mutex<HashMap<String, Arc<Lease>>>,
    count: watch::Sender<usize>,
}

impl Default for LeaseTable {
    fn default() -> Self {
        Self {
            leases: Mutex::default(),
            count: watch::Sender::new(0),
        }
    }
}

impl LeaseTable {
    /// Adds `lease`. An older one of the same job is lost by now, unless its acknowledgement is what
    /// made the job free.
    pub(crate) fn insert(&self, lease: Arc<Lease>) {
        let mut leases = lock(&self.leases);
        let older = leases.insert(lease.id.clone(), lease);
        self.count.send_replace(leases.len());
        if let Some(older) = older
            && !older.is_settling()
        {
            older.lose();
        }
    }

    /// Forgets `lease`, unless the job was claimed anew meanwhile.
    pub(crate) fn remove(&self, lease: &Lease) {
        let mut leases = lock(&self.leases);
        if leases
            .get(&lease.id)
            .is_some_and(|l| l.token == lease.token)
        {
            leases.remove(&lease.id);
            self.count.send_replace(leases.len());
        }
    }

    /// Resolves when every lease is settled or lost.
    pub(crate) async fn empty(&self) {
        // The sender lives in this table.
        let _ = self.count.subscribe().wait_for(|count| *count == 0).await;
    }

    pub(crate) fn get(&self, id: &str) -> Option<Arc<Lease>> {
        lock(&self.leases).get(id).cloned()
    }

    pub(crate) fn held(&self) -> Vec<Arc<Lease>> {
        lock(&self.leases)
            .values()
            .filter(|lease| lease.is_held())
            .cloned()
            .collect()
    }

    pub(crate) fn len(&self) -> usize {
        lock(&self.leases).len()
    }

    /// How many of the jobs a handler has.
    pub(crate) fn started(&self) -> usize {
        let has_started = |lease: &&Arc<Lease>| lease.started_at.get().is_some();
        lock(&self.leases).values().filter(has_started).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lease(token: ObjectId) -> Arc<Lease> {
        let duration = Duration::from_secs(30);
        Arc::new(Lease::new(
            "job".into(),
            token,
            1,
            Instant::now(),
            duration,
            vec![],
        ))
    }

    #[test]
    fn a_lost_lease_cannot_be_settled() {
        let lease = lease(ObjectId::new());
        assert!(lease.lose());
        assert!(!lease.settle());
        assert_eq!(lease.state(), LeaseState::Lost);
    }

    #[test]
    fn removing_an_older_lease_keeps_the_newer_one_of_the_same_job() {
        let table = LeaseTable::default();
        let older = lease(ObjectId::new());
        let newer = lease(ObjectId::new());
        table.insert(Arc::clone(&older));
        table.insert(Arc::clone(&newer));
        assert_eq!(older.state(), LeaseState::Lost);
        table.remove(&older);
        assert_eq!(table.get("job").map(|l| l.token), Some(newer.token));
    }
}
