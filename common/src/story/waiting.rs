//! Why a job that waits is not run yet.

use mongodb::bson::DateTime;

use crate::clock::to_the_second;
use crate::queue::backend::operator::{QueueRecord, WorkerState};
use crate::store::{Store, StoreError};

/// The queue of a job that waits.
#[derive(Debug)]
pub(super) struct Waiting {
    queue: QueueRecord,
    /// How many workers take its jobs: those that are alive.
    workers: usize,
}

impl Waiting {
    pub(super) async fn read(store: &Store, queue: &str) -> Result<Self, StoreError> {
        let records = store.list_queues().await?;
        let record = records.into_iter().find(|record| record.name == queue);
        let workers = store.list_workers(Some(queue)).await?;
        let alive = workers.iter().filter(|it| it.state == WorkerState::Alive);
        Ok(Self {
            queue: record.unwrap_or_else(|| QueueRecord::unset(queue.to_owned())),
            workers: alive.count(),
        })
    }

    /// Why a job that is due waits, as far as that can be told.
    pub(super) fn says(&self) -> String {
        let parts = [self.paused_or_parked(), self.limited(), self.taken_by()];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        parts.join("; ")
    }

    /// That workers take none of its jobs, or one now and then.
    pub(super) fn paused_or_parked(&self) -> Option<String> {
        let QueueRecord { name, parked, .. } = &self.queue;
        if self.queue.paused {
            let since = |at: DateTime| format!(" since {}", to_the_second(at));
            let since = self.queue.paused_at.map(since).unwrap_or_default();
            return Some(format!(
                "the queue is paused{since}; `dossier-worker queues resume {name}` ends that"
            ));
        }
        parked.as_ref().map(|parked| {
            format!(
                "the queue is parked since {}, and one job starts every {:?} until one succeeds: {}",
                to_the_second(parked.since),
                parked.probe_every,
                parked.reason
            )
        })
    }

    fn limited(&self) -> Option<String> {
        let limits = &self.queue.limits;
        let rate = limits.rate.map(|rate| {
            let (starts, per) = (rate.starts, rate.per);
            format!("{starts} of its jobs start in {per:?} at most")
        });
        let running = limits.max_running;
        let running = running.map(|most| format!("{most} of its jobs run at once at most"));
        let parts: Vec<String> = rate.into_iter().chain(running).collect();
        (!parts.is_empty()).then(|| format!("the queue is limited: {}", parts.join(", ")))
    }

    /// Who takes its jobs, unless something else keeps them waiting.
    fn taken_by(&self) -> Option<String> {
        let queue = &self.queue.name;
        match self.workers {
            0 => Some(format!(
                "none takes jobs from {queue}; start `dossier-worker run`, or add the queue to WORKER_QUEUES"
            )),
            _ if self.paused_or_parked().is_some() => None,
            1 => Some(format!("one worker takes jobs from {queue}")),
            workers => Some(format!("{workers} workers take jobs from {queue}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::queue::backend::{Parking, Rate};

    fn of(workers: usize, set: impl FnOnce(&mut QueueRecord)) -> String {
        let mut queue = QueueRecord::unset("send-email".to_owned());
        set(&mut queue);
        Waiting { queue, workers }.says()
    }

    #[test]
    fn a_job_that_is_due_waits_for_what_its_queue_says() {
        let at = DateTime::from_millis(0);
        let (probe, minute) = (Duration::from_secs(10), Duration::from_secs(60));
        assert_eq!(of(3, |_| {}), "3 workers take jobs from send-email");
        assert!(of(0, |_| {}).starts_with("none takes jobs from send-email"));
        let paused = of(3, |queue| {
            (queue.paused, queue.paused_at) = (true, Some(at));
        });
        assert_eq!(
            paused,
            "the queue is paused since 1970-01-01 00:00:00; `dossier-worker queues resume send-email` ends that"
        );
        let parked = of(3, |queue| {
            queue.parked = Some(Parking::new(at, "no route", probe));
        });
        assert_eq!(
            parked,
            "the queue is parked since 1970-01-01 00:00:00, and one job starts every 10s until one succeeds: no route"
        );
        let limited = of(1, |queue| {
            let (starts, per) = (5, minute);
            queue.limits.rate = Some(Rate { starts, per });
        });
        assert_eq!(
            limited,
            "the queue is limited: 5 of its jobs start in 60s at most; one worker takes jobs from send-email"
        );
    }
}
