//! One round: look, choose, claim.

use std::sync::Arc;
use std::time::{Duration, Instant};

use mongodb::bson::DateTime;
use mongodb::bson::oid::ObjectId;
use tokio::sync::OwnedSemaphorePermit;

use super::hub::Hub;
use super::lease::Lease;
use super::looking::{Found, Looked, Looker};
use super::order::{Order, Suspect};
use super::worker::WorkerRuntime;
use crate::clock::ServerClock;
use crate::error::Error;
use crate::handler::JobHandle;
use crate::metrics;
use crate::model::JobDocument;
use crate::operator::QueueLimits;
use crate::queries::bury;
use crate::queries::candidates::Start;
use crate::queries::claim::{self, Claim};
use crate::queries::claim_within::take_within;
use crate::queries::rate;

/// While all due jobs are such as wait for another one that crashed a worker before.
const SUSPECT_PAUSE: Duration = Duration::from_millis(500);
/// A queue at its limit is tried again this soon.
const LIMITED_PAUSE: Duration = Duration::from_millis(200);
/// A rate limit that was lifted meanwhile.
const SHORT_PAUSE: Duration = Duration::from_millis(50);

/// What one round brought.
pub(super) enum Round {
    Claimed,
    /// Nothing is due.
    Empty,
    /// Something is due, but not for us now; try again after this.
    Blocked(Duration),
    Paused,
}

/// Who may start how many jobs, at what time.
struct Leave {
    permits: Vec<OwnedSemaphorePermit>,
    limits: QueueLimits,
    now: DateTime,
}

/// Claims jobs for one worker.
pub(super) struct Claimer {
    worker: Arc<WorkerRuntime>,
    hub: Arc<Hub>,
    clock: Arc<ServerClock>,
    looker: Looker,
}

impl Claimer {
    pub(super) fn new(worker: Arc<WorkerRuntime>, hub: Arc<Hub>, clock: Arc<ServerClock>) -> Self {
        let looker = Looker::new(Arc::clone(&worker), Arc::clone(&hub));
        Self {
            worker,
            hub,
            clock,
            looker,
        }
    }

    /// Looks once and claims what it finds, at most one job for each of `permits`.
    pub(super) async fn round(
        &mut self,
        permits: Vec<OwnedSemaphorePermit>,
    ) -> Result<Round, Error> {
        let config = Arc::clone(&self.worker.config);
        let now = self.clock.measured_now(&self.worker.db).await?;
        let limit = permits.len();
        let Found {
            candidates: mut found,
            more,
        } = match self.looker.look(now, limit).await? {
            Looked::Found(found) => found,
            Looked::AtRest => return Ok(Round::Blocked(self.looker.scan.head_rest())),
            Looked::OthersWereFaster => return Ok(Round::Blocked(contended_pause())),
        };
        self.hub.note_load(&config.queue, more);
        if found.is_empty() {
            return Ok(Round::Empty);
        }
        let settings = self.hub.settings(&config.queue).await?;
        if settings.paused {
            return Ok(Round::Paused);
        }
        let malformed = std::mem::take(&mut found.malformed);
        bury::malformed(&self.worker.jobs(), &config, malformed).await?;
        let mut order = Order::choose(found, &self.hub);
        if order.len() == 0 && order.left_out == limit {
            // Suspects alone; behind them there may be others.
            let fresh = self.looker.ask(Start::HeadOfFresh, limit).await?;
            order = Order::choose(fresh, &self.hub).beside_others();
        }
        if order.len() == 0 {
            return Ok(match self.looker.scan.takes_turns() {
                // Behind the frontier there may be others.
                true => Round::Claimed,
                false => Round::Blocked(SUSPECT_PAUSE),
            });
        }
        let leave = Leave {
            permits,
            limits: settings.limits,
            now,
        };
        self.claim(order, leave).await
    }

    async fn claim(&mut self, mut order: Order, mut leave: Leave) -> Result<Round, Error> {
        let queues = self.worker.config.collections.queues(&self.worker.db);
        let queue = self.worker.config.queue.clone();
        let limits = leave.limits;
        let wanted = order.len();
        let granted = rate::draw(&queues, &queue, &limits, wanted).await?;
        let mut claimed = 0;
        if let Some(Suspect { job, leave: alone }) = order.suspect.take_if(|_| granted > 0) {
            let own = leave.permits.pop().into_iter().chain([alone]).collect();
            claimed += self.take(vec![job], vec![own], &leave).await?;
        }
        order.fresh.truncate(granted - claimed);
        if !order.fresh.is_empty() {
            claimed += self.take_fresh(order.fresh, &mut leave).await?;
        }
        if limits.any() {
            // A limited worker leaves candidates behind.
            self.looker.scan.leave_turns();
        }
        if granted == wanted
            && limits.max_running.is_none()
            && let Some(last) = order.last
        {
            self.looker.scan.went_on_to(last);
        }
        if limits.rate.is_some() && claimed < granted {
            rate::give_back(&queues, &queue, granted - claimed).await?;
        }
        Ok(match claimed {
            0 if granted == 0 => Round::Blocked(limits.pace().unwrap_or(SHORT_PAUSE)),
            0 if limits.max_running.is_some() => Round::Blocked(LIMITED_PAUSE),
            0 => Round::Blocked(contended_pause()),
            _ => Round::Claimed,
        })
    }

    async fn take_fresh(
        &mut self,
        jobs: Vec<JobDocument>,
        leave: &mut Leave,
    ) -> Result<usize, Error> {
        let wanted = jobs.len();
        leave.permits.truncate(wanted);
        let permits = leave.permits.drain(..).map(|permit| vec![permit]).collect();
        let taken = self.take(jobs, permits, leave).await?;
        if leave.limits.max_running.is_none() {
            metrics::contended(&self.worker.config.queue, wanted - taken);
        }
        if !leave.limits.any() && self.worker.config.ageing.is_none() {
            self.looker.scan.got(taken, wanted);
        }
        Ok(taken)
    }

    async fn take(
        &self,
        wanted: Vec<JobDocument>,
        mut permits: Vec<Vec<OwnedSemaphorePermit>>,
        leave: &Leave,
    ) -> Result<usize, Error> {
        let worker = &self.worker;
        let (db, config) = (&worker.db, &worker.config);
        let token = ObjectId::new();
        let asked_at = Instant::now();
        let claim = Claim {
            config,
            worker: &worker.id,
            token,
            now: leave.now,
        };
        let taken = match leave.limits.max_running {
            Some(most) => take_within(db, claim, wanted, most).await?,
            None => claim::take(db, claim, wanted).await?,
        };
        let count = taken.len();
        let duration = config.lease_duration;
        let handles: Vec<_> = taken
            .into_iter()
            .map(|job| {
                let permits = permits.pop().unwrap_or_default();
                let attempt = u32::try_from(job.attempts).unwrap_or(1);
                let lease = Lease::new(job.id.clone(), token, attempt, asked_at, duration, permits);
                let lease = Arc::new(lease);
                worker.leases.insert(Arc::clone(&lease));
                JobHandle::new(job, lease, Arc::clone(worker))
            })
            .collect();
        metrics::claimed(&config.queue, count);
        worker.buffer.extend(handles);
        Ok(count)
    }
}

/// Workers that met at the same jobs had better not meet again.
fn contended_pause() -> Duration {
    Duration::from_micros(rand::random_range(0..3000))
}
