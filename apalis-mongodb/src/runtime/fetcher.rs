//! Claims jobs for one worker.

use std::sync::Arc;
use std::time::{Duration, Instant};

use mongodb::Collection;
use mongodb::bson::RawDocumentBuf;
use mongodb::bson::oid::ObjectId;
use tokio::sync::{OwnedSemaphorePermit, watch};

use super::hub::Hub;
use super::lease::Lease;
use super::worker::WorkerRuntime;
use crate::error::Error;
use crate::handler::JobHandle;
use crate::metrics;
use crate::model::JobDocument;
use crate::operator::QueueLimits;
use crate::queries::claim::{self, Candidates};
use crate::queries::claim_within::take_within;
use crate::queries::rate;

/// A worker begins at one of at most so many batches from the head of the queue.
const WIDEST_WINDOW: usize = 8;
/// While all due jobs are such as wait for another one that crashed a worker before.
const SUSPECT_PAUSE: Duration = Duration::from_millis(500);
/// A queue at its limit is tried again this soon.
const LIMITED_PAUSE: Duration = Duration::from_millis(200);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

pub(crate) struct Fetcher {
    pub(crate) worker: Arc<WorkerRuntime>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) wake: watch::Receiver<u64>,
    pub(crate) window: usize,
}

/// What one round brought.
enum Round {
    Claimed,
    /// Nothing is due.
    Empty,
    /// Something is due, but not for us now; try again after this.
    Blocked(Duration),
    Paused,
}

impl Fetcher {
    /// Claims until the worker stops. A claim that was begun is always finished.
    pub(crate) async fn run(mut self) {
        let stop = self.worker.stop.clone();
        let mut pause = FIRST_PAUSE;
        while !stop.is_cancelled() {
            let Some(permits) = self.wait_for_room().await else {
                return;
            };
            // Before asking, so that a wake-up meanwhile is not lost.
            self.wake.borrow_and_update();
            let round = self.round(permits).await;
            if round.is_ok() {
                pause = FIRST_PAUSE;
            }
            let wait = match round {
                Ok(Round::Claimed) => continue,
                Ok(Round::Empty) => {
                    self.hub.look_at(&self.worker.config.queue);
                    None
                }
                Ok(Round::Blocked(wait)) => Some(wait),
                Ok(Round::Paused) => Some(self.hub.settings_age()),
                Err(error) => {
                    tracing::warn!(%error, queue = self.worker.config.queue, "claim failed; trying again");
                    pause = (pause * 2).min(LONGEST_PAUSE);
                    Some(pause)
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                _ = self.wake.changed() => metrics::woken(&self.worker.config.queue),
                () = sleep_or_wait(wait) => {}
            }
        }
    }

    /// Waits until the buffer runs low and there is leave for more jobs, so that a busy worker
    /// claims in batches and not one by one.
    async fn wait_for_room(&self) -> Option<Vec<OwnedSemaphorePermit>> {
        let worker = &self.worker;
        let low = worker.config.max_in_flight / 4;
        loop {
            if worker.stop.is_cancelled() {
                return None;
            }
            if worker.buffer.len() <= low {
                break;
            }
            tokio::select! {
                () = worker.stop.cancelled() => return None,
                () = worker.buffer.room() => {}
            }
        }
        let first = tokio::select! {
            () = worker.stop.cancelled() => return None,
            permit = Arc::clone(&worker.permits).acquire_owned() => permit.ok()?,
        };
        let mut permits = vec![first];
        while permits.len() < worker.config.batch_size {
            match Arc::clone(&worker.permits).try_acquire_owned() {
                Ok(permit) => permits.push(permit),
                Err(_) => break,
            }
        }
        Some(permits)
    }

    async fn round(&mut self, permits: Vec<OwnedSemaphorePermit>) -> Result<Round, Error> {
        let config = Arc::clone(&self.worker.config);
        let jobs = config.collections.raw_jobs(&self.worker.db);
        let limit = permits.len();
        let mut found = self.candidates(&jobs, limit).await?;
        self.hub.note_load(&config.queue, found.jobs.len() == limit);
        if found.jobs.is_empty() && found.malformed.is_empty() {
            return Ok(Round::Empty);
        }
        let settings = self.hub.settings(&config.queue).await?;
        if settings.paused {
            return Ok(Round::Paused);
        }
        let malformed = std::mem::take(&mut found.malformed);
        claim::bury_malformed(&self.worker.jobs(), &config, malformed).await?;
        let full = found.jobs.len() == limit;
        let (mut chosen, suspect) = self.choose(found, permits.len());
        if chosen.is_empty() && suspect.is_none() && full {
            let fresh = claim::candidates(&jobs, &config.queue, 0, limit, true).await?;
            chosen = self.choose(fresh, permits.len()).0;
        }
        if chosen.is_empty() && suspect.is_none() {
            return Ok(Round::Blocked(SUSPECT_PAUSE));
        }
        self.claim(chosen, suspect, permits, settings.limits).await
    }

    /// The next due jobs; while others are after the same ones, those of a batch further on.
    async fn candidates(
        &self,
        jobs: &Collection<RawDocumentBuf>,
        limit: usize,
    ) -> Result<Candidates, Error> {
        let queue = &self.worker.config.queue;
        let batches = rand::random_range(0..self.window);
        let found = claim::candidates(jobs, queue, batches * limit, limit, false).await?;
        if batches > 0 && found.jobs.is_empty() && found.malformed.is_empty() {
            return claim::candidates(jobs, queue, 0, limit, false).await;
        }
        Ok(found)
    }

    /// Which candidates to try. A job that crashed a worker before comes alone, and only if no
    /// other such job runs in this process: if it crashes again, it is known who did it.
    fn choose(&self, found: Candidates, most: usize) -> (Vec<JobDocument>, Option<Suspect>) {
        let (suspects, mut fresh): (Vec<_>, Vec<_>) =
            found.jobs.into_iter().partition(|job| job.crashes > 0);
        let suspect = suspects.into_iter().next().and_then(|job| {
            Some(Suspect {
                leave: self.hub.suspect_leave()?,
                job,
            })
        });
        let most = most - usize::from(suspect.is_some());
        fresh.truncate(most);
        (fresh, suspect)
    }

    async fn claim(
        &mut self,
        mut chosen: Vec<JobDocument>,
        suspect: Option<Suspect>,
        mut permits: Vec<OwnedSemaphorePermit>,
        limits: QueueLimits,
    ) -> Result<Round, Error> {
        let wanted = chosen.len() + usize::from(suspect.is_some());
        let queues = self.worker.config.collections.queues(&self.worker.db);
        let queue = self.worker.config.queue.clone();
        let granted = rate::draw(&queues, &queue, &limits, wanted).await?;
        let mut claimed = 0;
        if let Some(Suspect { leave, job }) = suspect.filter(|_| granted > 0) {
            let own = permits.split_off(permits.len() - 1);
            let own = own.into_iter().chain([leave]).collect();
            claimed += self.take(vec![job], vec![own], &limits).await?;
        }
        chosen.truncate(granted - claimed);
        if !chosen.is_empty() {
            let wanted = chosen.len();
            permits.truncate(wanted);
            let permits = permits.into_iter().map(|permit| vec![permit]).collect();
            let taken = self.take(chosen, permits, &limits).await?;
            if limits.max_running.is_none() {
                self.adapt(wanted, taken);
            }
            claimed += taken;
        }
        if limits.rate.is_some() && claimed < granted {
            rate::give_back(&queues, &queue, granted - claimed).await?;
        }
        Ok(match claimed {
            0 if granted == 0 => Round::Blocked(limits.pace().unwrap_or(FIRST_PAUSE)),
            0 if limits.max_running.is_some() => Round::Blocked(LIMITED_PAUSE),
            0 => Round::Blocked(contended_pause()),
            _ => Round::Claimed,
        })
    }

    async fn take(
        &self,
        wanted: Vec<JobDocument>,
        mut permits: Vec<Vec<OwnedSemaphorePermit>>,
        limits: &QueueLimits,
    ) -> Result<usize, Error> {
        let worker = &self.worker;
        let token = ObjectId::new();
        let asked_at = Instant::now();
        let (db, config) = (&worker.db, &worker.config);
        let taken = match limits.max_running {
            Some(most) => take_within(db, config, &worker.id, token, wanted, most).await?,
            None => claim::take(db, config, &worker.id, token, wanted).await?,
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

    /// The more candidates others take, the further apart the workers begin, and back.
    fn adapt(&mut self, wanted: usize, taken: usize) {
        if taken < wanted {
            metrics::contended(&self.worker.config.queue, wanted - taken);
        }
        if (wanted - taken) * 8 > wanted {
            self.window = (self.window * 2).min(WIDEST_WINDOW);
        } else if self.window > 1 && rand::random_ratio(1, 16) {
            self.window /= 2;
        }
    }
}

struct Suspect {
    job: JobDocument,
    leave: OwnedSemaphorePermit,
}

async fn sleep_or_wait(wait: Option<Duration>) {
    match wait {
        Some(wait) => tokio::time::sleep(wait).await,
        None => std::future::pending().await,
    }
}

/// Workers that met at the same jobs had better not meet again.
fn contended_pause() -> Duration {
    Duration::from_micros(rand::random_range(0..3000))
}
