//! Looks for jobs: on one's own, or in turns with the other workers of a queue.

use std::sync::Arc;
use std::time::{Duration, Instant};

use mongodb::Collection;
use mongodb::bson::{DateTime, Document};

use super::ageing;
use super::hub::Hub;
use super::scan::Scan;
use super::worker::WorkerRuntime;
use crate::error::Error;
use crate::queries::candidates::{Candidates, Start, candidates};
use crate::queries::frontier::{self, Frontier};
use crate::queries::levels::levels;
use crate::queries::place::Place;
use crate::queries::reach::{Reach, reach};

/// So many times others may be faster; then it is time for a pause.
const TRIES: usize = 4;
/// A worker with less room does not ask after others: a few jobs lost to them cost less.
const ASKS_FROM: usize = 32;

/// What a look brought.
pub(super) enum Looked {
    Found(Found),
    /// What is at the head is to be left alone for a while.
    AtRest,
    /// Whatever we found, others were about to claim.
    OthersWereFaster,
}

/// Due jobs, or none.
pub(super) struct Found {
    pub(super) candidates: Candidates,
    /// Whether there are more of them.
    pub(super) more: bool,
}

/// What a turn brought.
enum Turn {
    Found(Found),
    /// Somebody else moved the frontier, or there was nothing where we looked.
    Again,
    /// Nothing is left behind the frontier.
    End,
}

impl From<Found> for Looked {
    fn from(found: Found) -> Self {
        Self::Found(found)
    }
}

/// Looks for the jobs of one worker.
pub(super) struct Looker {
    worker: Arc<WorkerRuntime>,
    hub: Arc<Hub>,
    /// Where the worker is, and whether it takes turns.
    pub(super) scan: Scan,
}

impl Looker {
    pub(super) fn new(worker: Arc<WorkerRuntime>, hub: Arc<Hub>) -> Self {
        Self {
            worker,
            hub,
            scan: Scan::default(),
        }
    }

    /// The next due jobs.
    pub(super) async fn look(&mut self, now: DateTime, limit: usize) -> Result<Looked, Error> {
        if let Some(step) = self.worker.config.ageing {
            return self.look_by_age(step, limit).await;
        }
        if self.scan.takes_turns()
            && let Some(looked) = self.look_in_turn(now, limit).await?
        {
            return Ok(looked);
        }
        let at_end = self.scan.is_at_end();
        let looked = self.look_alone(now, limit).await?;
        match looked {
            Looked::Found(found) if found.more && at_end && limit >= ASKS_FROM => {
                self.first_of_many(found, now, limit).await
            }
            looked => Ok(looked),
        }
    }

    async fn look_by_age(&self, step: Duration, limit: usize) -> Result<Looked, Error> {
        let levels = levels(&self.worker.jobs(), &self.worker.config.queue).await?;
        let candidates = match ageing::turn(&levels, step) {
            Some(start) => self.ask(start, limit).await?,
            None => Candidates::default(),
        };
        let more = candidates.jobs.len() == limit;
        Ok(Found { candidates, more }.into())
    }

    async fn look_alone(&mut self, now: DateTime, limit: usize) -> Result<Looked, Error> {
        let start = self.scan.start(now);
        let at_head = matches!(start, Start::Head);
        let found = self.look_from(start, limit).await?;
        if at_head || !found.candidates.is_empty() {
            return Ok(found.into());
        }
        if self.scan.head_rest().is_zero() {
            return Ok(self.look_from(Start::Head, limit).await?.into());
        }
        Ok(Looked::AtRest)
    }

    async fn look_from(&mut self, start: Start, limit: usize) -> Result<Found, Error> {
        let began = Instant::now();
        let candidates = self.ask(start.clone(), limit).await?;
        let more = candidates.jobs.len() == limit;
        self.scan.looked(&start, began, more);
        Ok(Found { candidates, more })
    }

    /// Where much has come at once, all workers are about to claim the same.
    async fn first_of_many(
        &mut self,
        found: Found,
        now: DateTime,
        limit: usize,
    ) -> Result<Looked, Error> {
        let queue = &self.worker.config.queue;
        let Some(last) = found.candidates.jobs.last().map(Place::of) else {
            return Ok(found.into());
        };
        if self.hub.settings(queue).await?.limits.any() {
            return Ok(found.into());
        }
        let queues = self.queues();
        let seen = frontier::read(&queues, queue).await?;
        let in_use = seen.as_ref().is_some_and(|seen| seen.is_in_use(now));
        let next = Frontier::new(last, now);
        if !in_use && frontier::advance(&queues, queue, seen.as_ref(), &next).await? {
            return Ok(found.into());
        }
        self.scan.take_turns();
        match self.look_in_turn(now, limit).await? {
            Some(looked) => Ok(looked),
            None => Ok(found.into()),
        }
    }

    /// Looks behind the queue's frontier; `None` if nothing is left there.
    async fn look_in_turn(&mut self, now: DateTime, limit: usize) -> Result<Option<Looked>, Error> {
        for _ in 0..TRIES {
            match self.turn(now, limit).await? {
                Turn::Found(found) => return Ok(Some(found.into())),
                Turn::Again => {}
                Turn::End => {
                    self.scan.leave_turns();
                    return Ok(None);
                }
            }
        }
        Ok(Some(Looked::OthersWereFaster))
    }

    async fn turn(&mut self, now: DateTime, limit: usize) -> Result<Turn, Error> {
        let seen = frontier::read(&self.queues(), &self.worker.config.queue).await?;
        match seen {
            Some(seen) if seen.is_in_use(now) => {
                if self.scan.head_is_due(seen.head_age(now)) {
                    self.turn_at_head(seen, now, limit).await
                } else {
                    self.turn_behind(seen, now, limit).await
                }
            }
            unused => self.begin_turns(unused, now).await,
        }
    }

    /// Puts the frontier where this worker is.
    async fn begin_turns(&self, seen: Option<Frontier>, now: DateTime) -> Result<Turn, Error> {
        let Some(place) = self.scan.place() else {
            return Ok(Turn::End);
        };
        let next = Frontier::new(place.clone(), now);
        self.advance(seen.as_ref(), &next).await?;
        Ok(Turn::Again)
    }

    /// Looks at what was left behind and what has come with a higher priority, for all.
    async fn turn_at_head(
        &mut self,
        seen: Frontier,
        now: DateTime,
        limit: usize,
    ) -> Result<Turn, Error> {
        let next = seen.while_at_head(now);
        if !self.advance(Some(&seen), &next).await? {
            return Ok(Turn::Again);
        }
        let Some(passed) = seen.passed else {
            return Ok(Turn::Again);
        };
        let began = Instant::now();
        let candidates = self.ask(Start::HeadUntil(passed.next()), limit).await?;
        self.scan.head_took(began.elapsed());
        if candidates.is_empty() {
            return Ok(Turn::Again);
        }
        if candidates.jobs.len() == limit
            && let Some(last) = candidates.jobs.last()
        {
            // So many that all are to go on from there. If somebody was faster, they come to it
            // at the next look at the head.
            let back = next.moved_to(Place::of(last), now);
            self.advance(Some(&next), &back).await?;
        }
        let more = true;
        Ok(Turn::Found(Found { candidates, more }))
    }

    /// Moves the frontier over the next jobs and looks at those.
    async fn turn_behind(
        &mut self,
        seen: Frontier,
        now: DateTime,
        limit: usize,
    ) -> Result<Turn, Error> {
        let queue = &self.worker.config.queue;
        let from = seen.place.clone().next();
        let (last, more) = match reach(&self.worker.jobs(), queue, &from, now, limit).await? {
            Reach::Full(last) => (last, true),
            Reach::Short(last) => (last, false),
            Reach::Nothing => {
                self.scan.came_to_end(seen.place);
                return Ok(Turn::End);
            }
        };
        let next = seen.moved_to(last.clone(), now);
        if !self.advance(Some(&seen), &next).await? {
            return Ok(Turn::Again);
        }
        self.scan.took_turn(seen.turn, next.turn);
        let candidates = self.ask(Start::Between(from, last), limit).await?;
        Ok(if candidates.is_empty() {
            Turn::Again
        } else {
            Turn::Found(Found { candidates, more })
        })
    }

    async fn advance(&self, seen: Option<&Frontier>, next: &Frontier) -> Result<bool, Error> {
        frontier::advance(&self.queues(), &self.worker.config.queue, seen, next).await
    }

    pub(super) async fn ask(&self, start: Start, limit: usize) -> Result<Candidates, Error> {
        let config = &self.worker.config;
        let jobs = config.collections.raw_jobs(&self.worker.db);
        candidates(&jobs, &config.queue, start, limit).await
    }

    fn queues(&self) -> Collection<Document> {
        self.worker.config.collections.queues(&self.worker.db)
    }
}
