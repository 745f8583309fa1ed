//! Claims jobs for one worker and keeps its buffer filled.
//!
//! 1. Wait until a handler is free, or the buffer of fast handlers runs low.
//! 2. Take the queue's settings from the cache; a paused queue ends here.
//! 3. Find due jobs, in the order of the index: from where this worker was, and at least every
//!    100 ms from the head of the queue. A contended worker keeps to its share of them. Of a parked
//!    queue the last one is taken.
//! 4. Leave out jobs that crashed workers before, but for one at a time.
//! 5. Claim the others with one conditional `updateMany` under a fresh token.
//! 6. If some went to others, read which are ours; if some are locked, claim each alone.
//! 7. Put them into the buffer, from where handlers take them.
//! 8. If there was nothing, wait for a change in the queue, or until the next job is due.

mod ageing;
mod cursor;
mod locked;
mod oversized;
mod select;
mod share;
mod take;
mod wait;

use std::sync::Arc;
use std::time::{Duration, Instant};

use mongodb::bson::{DateTime, Document};
use tokio::sync::{OwnedSemaphorePermit, watch};

use self::cursor::Cursor;
use self::locked::Locked;
use self::select::Selection;
use self::share::{Scope, Share};
use self::take::{Grant, Taken, take};
use self::wait::{Wait, pause_after};
use super::hub::Hub;
use super::worker::WorkerRuntime;
use crate::backoff::Backoff;
use crate::clock::ServerClock;
use crate::error::Error;
use crate::metrics;
use crate::queries::dead_letter;
use crate::queries::find_due::{DueJobs, Start, find_due};
use crate::queries::levels::levels;

/// After a failed claim, doubling.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What one round brought.
enum Round {
    Claimed,
    /// Nothing is due.
    Empty,
    /// Something is due, but not for us now; try again after this.
    Blocked(Duration),
    /// What is due are suspects, and another one runs.
    Isolated,
    Paused,
}

/// Claims jobs for one worker.
pub(super) struct Claimer {
    worker: Arc<WorkerRuntime>,
    hub: Arc<Hub>,
    wake: watch::Receiver<u64>,
    clock: Arc<ServerClock>,
    cursor: Cursor,
    share: Share,
    locked: Locked,
}

impl Claimer {
    /// A claimer for `worker`, which `wake` wakes.
    pub(super) fn new(
        worker: Arc<WorkerRuntime>,
        hub: Arc<Hub>,
        wake: watch::Receiver<u64>,
        clock: Arc<ServerClock>,
    ) -> Self {
        Self {
            worker,
            hub,
            wake,
            clock,
            cursor: Cursor::default(),
            share: Share::default(),
            locked: Locked::default(),
        }
    }

    /// Claims until the worker stops. A claim that was begun is always finished.
    pub(super) async fn run(mut self) {
        let stop = self.worker.stop.clone();
        let mut backoff = Backoff::new(FIRST_PAUSE, LONGEST_PAUSE);
        while let Some(permits) = self.wait_for_slots().await {
            // Before searching, so that a wake-up meanwhile is not lost.
            self.wake.borrow_and_update();
            let round = self.round(permits).await;
            if round.is_ok() {
                backoff.reset();
            }
            let wait = match round {
                Ok(Round::Claimed) => continue,
                Ok(Round::Empty) => {
                    self.hub.look_at(&self.worker.config.queue);
                    Wait::Wake
                }
                Ok(Round::Isolated) => Wait::Suspect,
                Ok(Round::Blocked(wait)) => Wait::Time(wait),
                Ok(Round::Paused) => Wait::Time(self.hub.settings_age()),
                Err(error) => {
                    tracing::warn!(%error, queue = self.worker.config.queue, "claim failed; trying again");
                    Wait::Time(backoff.pause())
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                _ = self.wake.changed() => metrics::woken(&self.worker.config.queue),
                () = wait.over(&self.hub) => {}
            }
        }
    }

    /// Waits until jobs are wanted and there are slots; `None` when the worker stops.
    async fn wait_for_slots(&self) -> Option<Vec<OwnedSemaphorePermit>> {
        let worker = &self.worker;
        let first = async {
            let first = Arc::clone(&worker.permits).acquire_owned().await.ok()?;
            // After that, for what was wanted before may have been given back meanwhile.
            let wanted = worker.buffer.wanted().await;
            Some((wanted, first))
        };
        let (wanted, first) = tokio::select! {
            biased;
            () = worker.stop.cancelled() => return None,
            first = first => first?,
        };
        let mut permits = vec![first];
        while permits.len() < wanted
            && let Ok(permit) = Arc::clone(&worker.permits).try_acquire_owned()
        {
            permits.push(permit);
        }
        Some(permits)
    }

    /// Searches once and claims what it finds, at most one job for each of `permits`.
    async fn round(&mut self, permits: Vec<OwnedSemaphorePermit>) -> Result<Round, Error> {
        let queue = &self.worker.config.queue;
        let settings = self.hub.settings(queue).await?;
        if settings.paused {
            return Ok(Round::Paused);
        }
        let now = self.clock.measured_now(&self.worker.db).await?;
        let slots = permits.len();
        // One more tells whether there are more than can be taken.
        let mut found = match settings.is_parked {
            // One job is enough to see whether jobs succeed again; where the worker is in the queue stays.
            true => self.find_from(Start::End, None, 1).await?,
            false => self.find(now, slots + 1).await?,
        };
        let more = found.jobs.len() > slots;
        found.jobs.truncate(slots);
        self.hub.note_load(&self.worker.config.queue, more);
        if found.is_empty() {
            return Ok(self.locked.wait().map_or(Round::Empty, Round::Blocked));
        }
        let mut selection = self.select(found, slots).await?;
        if settings.is_parked {
            selection.end = None;
        }
        if selection.len() == 0 {
            return Ok(Round::Isolated);
        }
        let limits = settings.limits;
        let grant = Grant {
            permits,
            limits,
            now,
        };
        let taken = self.claim(selection, grant).await?;
        if taken.claimed == 0 {
            return Ok(Round::Blocked(pause_after(&taken, &limits)));
        }
        if !more {
            self.worker.buffer.fell_short();
        }
        Ok(Round::Claimed)
    }

    /// Due jobs from where the worker is, or else from the head, at most `limit`.
    async fn find(&mut self, now: DateTime, limit: usize) -> Result<DueJobs, Error> {
        if let Some(step) = self.worker.config.ageing {
            return self.find_by_age(step, limit).await;
        }
        let fast = self.worker.buffer.is_ahead();
        let scope = self.share.scope(Instant::now());
        if let Scope::Ids(ids) = &scope {
            let start = self.cursor.start(now, fast);
            let found = self.search(start, Some(ids), limit).await?;
            if found.jobs.len() == limit {
                return Ok(found);
            }
            self.share.leave();
            if !found.is_empty() {
                return Ok(found);
            }
        }
        let start = match scope {
            Scope::WholeFromHead => Start::Head,
            Scope::Whole | Scope::Ids(_) => self.cursor.start(now, fast),
        };
        let from_head = matches!(start, Start::Head);
        let found = self.search(start, None, limit).await?;
        if from_head || !found.is_empty() {
            return Ok(found);
        }
        self.search(Start::Head, None, limit).await
    }

    async fn find_by_age(&self, step: Duration, limit: usize) -> Result<DueJobs, Error> {
        let levels = levels(&self.worker.jobs(), &self.worker.config.queue).await?;
        // Documents whose priority is none are found from the head alone.
        let start = ageing::next_level(&levels, step).unwrap_or(Start::Head);
        let found = self.find_from(start, None, limit).await?;
        if !found.is_empty() {
            return Ok(found);
        }
        // Documents whose time is none are found from the head alone.
        self.find_from(Start::Head, None, limit).await
    }

    async fn search(
        &mut self,
        start: Start,
        ids: Option<&str>,
        limit: usize,
    ) -> Result<DueJobs, Error> {
        let began = Instant::now();
        let from_head = matches!(start, Start::Head);
        let found = self.find_from(start, ids, limit).await?;
        let full = found.jobs.len() == limit;
        self.cursor.searched(from_head, began, full);
        Ok(found)
    }

    async fn find_from(
        &self,
        start: Start,
        ids: Option<&str>,
        limit: usize,
    ) -> Result<DueJobs, Error> {
        let mut condition = Document::new();
        if let Some(pattern) = ids {
            condition.insert("$regex", pattern);
        }
        let left_out = self.locked.left_out();
        if !left_out.is_empty() {
            condition.insert("$nin", left_out);
        }
        let (db, config) = (&self.worker.db, &self.worker.config);
        find_due(db, config, start, condition, limit).await
    }

    async fn select(&self, mut found: DueJobs, slots: usize) -> Result<Selection, Error> {
        let malformed = std::mem::take(&mut found.malformed);
        let config = &self.worker.config;
        let (jobs, limit) = (self.worker.jobs(), config.call_limit());
        dead_letter::malformed(&jobs, &config.queue, limit, malformed).await?;
        let mut selection = Selection::of(found.jobs, &self.hub);
        if selection.left_suspects && selection.len() < slots {
            // Behind suspects that have to wait there may be other jobs.
            let rest = slots - usize::from(selection.suspect.is_some());
            let fresh = self.find_from(Start::HeadOfFresh, None, rest).await?;
            selection.fresh = fresh.jobs;
        }
        Ok(selection)
    }

    async fn claim(&mut self, mut selection: Selection, grant: Grant) -> Result<Taken, Error> {
        let limits = grant.limits;
        let taken = take(&self.worker, &mut selection, grant, &mut self.locked).await?;
        let lost = taken.granted - taken.claimed - taken.locked;
        if limits.max_running.is_none() {
            metrics::contended(&self.worker.config.queue, lost);
            self.share.note(lost, taken.granted, &self.worker).await;
            if let Some(end) = selection.end {
                self.cursor.advance(end);
            }
        }
        Ok(taken)
    }
}
