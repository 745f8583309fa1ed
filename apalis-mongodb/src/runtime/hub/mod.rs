//! What all workers of a process share for one database: heartbeats, sweeps, polls and the
//! change stream.

mod health;
mod heartbeat_thread;
mod heartbeats;
mod only_connection;
mod poller;
mod registry;
mod reopen;
mod rescuer;
mod retention;
mod step;
mod watcher;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use mongodb::Database;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};

use self::health::Health;
use self::step::SetBack;
use super::worker::WorkerRuntime;
use crate::clock::ServerClock;
use crate::config::{Collections, Wake};
use crate::error::Error;
use crate::queries::queue_state::{self, QueueState};
use crate::sync::lock;

const SATURATED_AFTER: Duration = Duration::from_millis(250);
const SETTINGS_AGE_STREAMING: Duration = Duration::from_secs(10);
const SETTINGS_AGE_POLLING: Duration = Duration::from_secs(1);

/// The shared part of all workers on one database in this process.
#[derive(Debug)]
pub(crate) struct Hub {
    db: Database,
    collections: Collections,
    /// Whether the server can do change streams.
    replicated: bool,
    workers: Mutex<Vec<Weak<WorkerRuntime>>>,
    queues: Mutex<HashMap<String, QueueEntry>>,
    health: Health,
    /// Only to see when the server's is set.
    clock: ServerClock,
    set_back: Mutex<Option<SetBack>>,
    /// Whether the change stream is open, so that polling can be rare.
    streaming: AtomicBool,
    watching: AtomicBool,
    /// Whether the change stream may be of the jobs alone, so that it does not tell of settings.
    is_confined: AtomicBool,
    poll: Notify,
    suspects: Arc<Semaphore>,
    /// Some queue became idle.
    idle: Notify,
    /// A worker came, who may want shorter intervals, the server's clock was set, or a job that runs
    /// here was cancelled.
    registered: watch::Sender<()>,
}

#[derive(Debug)]
struct QueueEntry {
    wake: watch::Sender<u64>,
    /// The poller is to find out when the next job is due.
    look: bool,
    settings: Option<(Instant, QueueState)>,
    /// Grows with each change of the settings that the change stream tells of.
    generation: u64,
    load: Load,
}

/// Whether the workers of a queue need to be told of new jobs.
#[derive(Debug, Clone, Copy)]
enum Load {
    /// No claim was tried yet.
    Unknown,
    /// They have less to do than they could.
    Idle,
    /// There has been more to do than they could take since then.
    Saturated(Instant),
}

impl Hub {
    fn new(db: Database, collections: Collections, replicated: bool) -> Self {
        Self {
            db,
            collections,
            replicated,
            workers: Mutex::default(),
            queues: Mutex::default(),
            health: Health::default(),
            clock: ServerClock::new(Duration::MAX),
            set_back: Mutex::default(),
            streaming: AtomicBool::new(false),
            watching: AtomicBool::new(false),
            is_confined: AtomicBool::new(false),
            poll: Notify::new(),
            suspects: Arc::new(Semaphore::new(1)),
            idle: Notify::new(),
            registered: watch::Sender::new(()),
        }
    }

    /// Adds a worker and returns what wakes it.
    pub(crate) fn register(self: &Arc<Self>, worker: &Arc<WorkerRuntime>) -> watch::Receiver<u64> {
        lock(&self.workers).push(Arc::downgrade(worker));
        let wants_stream = worker.config.wake == Wake::ChangeStream && self.replicated;
        if wants_stream && !self.watching.swap(true, Ordering::Relaxed) {
            tokio::spawn(watcher::run(Arc::downgrade(self)));
        }
        self.health
            .expect_heartbeats_every(worker.config.heartbeat());
        self.registered.send_replace(());
        lock(&self.queues)
            .entry(worker.config.queue.clone())
            .or_insert_with(|| QueueEntry {
                wake: watch::Sender::new(0),
                look: false,
                settings: None,
                generation: 0,
                load: Load::Unknown,
            })
            .wake
            .subscribe()
    }

    /// Resolves after `interval`, or when a worker comes, whose own may be shorter.
    async fn pause(newcomers: &mut watch::Receiver<()>, interval: Duration) {
        tokio::select! {
            () = tokio::time::sleep(interval) => {}
            // An error says that the hub is gone, which the caller finds out by itself.
            _ = newcomers.changed() => {}
        }
    }

    /// The workers that still run. One that has ended may live on in handles of its jobs.
    fn workers(&self) -> Vec<Arc<WorkerRuntime>> {
        let mut workers = lock(&self.workers);
        let running = |worker: &Weak<WorkerRuntime>| worker.upgrade().filter(|it| !it.has_ended());
        workers.retain(|worker| running(worker).is_some());
        workers.iter().filter_map(running).collect()
    }

    /// Tells the workers of `queue` that there may be work.
    pub(crate) fn wake(&self, queue: &str) {
        if let Some(entry) = lock(&self.queues).get(queue) {
            entry.wake.send_modify(|count| *count += 1);
        }
    }

    fn wake_all(&self) {
        for entry in lock(&self.queues).values() {
            entry.wake.send_modify(|count| *count += 1);
        }
    }

    /// Has the poller find out when the next job of `queue` is due.
    pub(crate) fn look_at(&self, queue: &str) {
        if let Some(entry) = lock(&self.queues).get_mut(queue) {
            entry.look = true;
        }
        self.poll.notify_one();
    }

    /// Notes that the workers of `queue` found more than they could take, or less.
    pub(crate) fn note_load(&self, queue: &str, saturated: bool) {
        if let Some(entry) = lock(&self.queues).get_mut(queue) {
            entry.load = match (saturated, entry.load) {
                (true, Load::Saturated(since)) => Load::Saturated(since),
                (true, _) => Load::Saturated(Instant::now()),
                (false, _) => Load::Idle,
            };
        }
        if !saturated {
            self.idle.notify_one();
        }
    }

    /// Whether some queue's workers wait for work.
    fn has_idle_queue(&self) -> bool {
        lock(&self.queues)
            .values()
            .any(|entry| matches!(entry.load, Load::Idle))
    }

    /// Whether no queue's workers have waited for work for a while.
    fn is_saturated(&self) -> bool {
        lock(&self.queues).values().all(|entry| match entry.load {
            Load::Saturated(since) => since.elapsed() > SATURATED_AFTER,
            Load::Unknown | Load::Idle => false,
        })
    }

    /// A permit to run a job that may have crashed workers; one at a time in a process.
    pub(crate) fn suspect_permit(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.suspects).try_acquire_owned().ok()
    }

    /// Resolves when no such job runs.
    pub(crate) async fn suspect_ended(&self) {
        // The semaphore is never closed.
        drop(self.suspects.acquire().await);
    }

    /// How old what is known of a queue's settings may be: the change stream tells of changes.
    pub(crate) fn settings_age(&self) -> Duration {
        let streaming = self.streaming.load(Ordering::Relaxed);
        if streaming && !self.is_confined.load(Ordering::Relaxed) {
            SETTINGS_AGE_STREAMING
        } else {
            SETTINGS_AGE_POLLING
        }
    }

    /// The settings of `queue`, read again if what is known is too old.
    pub(crate) async fn settings(&self, queue: &str) -> Result<QueueState, Error> {
        let (known, generation) = lock(&self.queues)
            .get(queue)
            .map_or((None, 0), |entry| (entry.settings, entry.generation));
        if let Some((at, state)) = known
            && at.elapsed() < self.settings_age()
        {
            return Ok(state);
        }
        let read_at = Instant::now();
        let state = queue_state::read(&self.collections.queues(&self.db), queue).await?;
        if let Some(entry) = lock(&self.queues).get_mut(queue)
            && entry.generation == generation
        {
            entry.settings = Some((read_at, state));
        }
        Ok(state)
    }

    /// Forgets the settings of `queue`, for they changed.
    fn settings_changed(&self, queue: &str) {
        if let Some(entry) = lock(&self.queues).get_mut(queue) {
            entry.settings = None;
            entry.generation += 1;
        }
        self.wake(queue);
    }

    /// Forgets the settings of all queues: who knows what became of them.
    fn forget_settings(&self) {
        for entry in lock(&self.queues).values_mut() {
            entry.settings = None;
            entry.generation += 1;
        }
    }

    /// Job `id` was cancelled. If it runs here, the next heartbeat comes at once: it goes by the
    /// lease's token and not by the id, for by now the job may be ours under a later one.
    fn was_cancelled(&self, id: &str) {
        let runs_here = |worker: &Arc<WorkerRuntime>| worker.leases.get(id).is_some();
        if self.workers().iter().any(runs_here) {
            self.registered.send_replace(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_worker_that_comes_ends_the_pause_that_others_agreed_on() {
        let registered = watch::Sender::new(());
        let mut newcomers = registered.subscribe();
        registered.send_replace(());
        let hour = Duration::from_secs(3600);
        let pause = Hub::pause(&mut newcomers, hour);
        tokio::time::timeout(Duration::from_secs(10), pause)
            .await
            .expect("the newcomer is noticed");
    }
}
