//! [`Config`] and its setters.

use std::time::Duration;

use mongodb::options::ClientOptions;

use super::{Collections, Retention, Wake};
use crate::model::RetryStrategy;

/// Everything one queue needs to know; start from [`Config::new`].
///
/// ```
/// use std::time::Duration;
/// use apalis_mongodb::{Config, RetryStrategy};
///
/// let config = Config::new("send-email")
///     .concurrency(8)
///     .lease_duration(Duration::from_secs(30))
///     .retry(RetryStrategy::Fixed(Duration::from_secs(60)));
/// assert_eq!(config.queue(), "send-email");
/// assert!(config.validate().is_ok());
/// ```
#[derive(Debug, Clone)]
pub struct Config {
    /// Name of the queue: 1 to 64 of `a-z 0-9 . _ -`.
    pub(crate) queue: String,
    /// How long a claim holds without being renewed.
    pub(crate) lease_duration: Duration,
    /// How often leases are renewed; a third of the lease unless set.
    pub(crate) heartbeat_interval: Option<Duration>,
    /// How often expired leases are looked for.
    pub(crate) sweep_interval: Duration,
    /// How often the store is asked for work when nothing else says there is some; 5 s with a
    /// change stream and 1 s without unless set.
    pub(crate) poll_interval: Option<Duration>,
    /// At most so many jobs per claim.
    pub(crate) batch_size: usize,
    /// At most so many jobs claimed and not yet acknowledged.
    pub(crate) max_in_flight: usize,
    /// Attempts a job has unless it says otherwise.
    pub(crate) max_attempts: u32,
    /// So many attempts of a job are made at decoding its payload; see [`Config::decode_attempts`].
    pub(crate) decode_attempts: u32,
    /// So many lost leases quarantine a job.
    pub(crate) max_crashes: u32,
    /// So often a handler may put a job off before it is dead.
    pub(crate) max_snoozes: u32,
    /// Back-off between attempts unless the job says otherwise.
    pub(crate) retry: RetryStrategy,
    /// So much waiting makes up for one step of priority; without it, priorities are strict.
    pub(crate) ageing: Option<Duration>,
    /// How long finished jobs are kept.
    pub(crate) retention: Retention,
    /// What wakes an idle worker.
    pub(crate) wake: Wake,
    /// Whether the value a handler returns is stored with its job.
    pub(crate) persist_results: bool,
    /// How many attempts a job remembers.
    pub(crate) history_limit: u32,
    /// Names of the collections.
    pub(crate) collections: Collections,
    /// What the client of the heartbeats' own thread is made of; see [`Config::heartbeat_client`].
    pub(crate) heartbeat_client: Option<ClientOptions>,
    /// Where the database is; see [`Config::database_uri`].
    pub(crate) database_uri: Option<String>,
    /// Which process its workers are in; see [`Config::process`].
    pub(crate) process: Option<String>,
}

impl Default for Config {
    /// The defaults, for the queue `default`.
    fn default() -> Self {
        Self::new("default")
    }
}

impl Config {
    /// The defaults for `queue`. What is invalid is reported by [`Config::validate`], which the first
    /// operation calls.
    pub fn new(queue: impl Into<String>) -> Self {
        Self {
            queue: queue.into(),
            lease_duration: Duration::from_secs(30),
            heartbeat_interval: None,
            sweep_interval: Duration::from_secs(10),
            poll_interval: None,
            batch_size: 32,
            max_in_flight: 32,
            max_attempts: 25,
            decode_attempts: 5,
            max_crashes: 3,
            max_snoozes: 1000,
            retry: RetryStrategy::default(),
            ageing: None,
            retention: Retention::default(),
            wake: Wake::default(),
            persist_results: true,
            history_limit: 50,
            collections: Collections::default(),
            heartbeat_client: None,
            database_uri: None,
            process: None,
        }
    }

    /// Sets the lease, and with it the heartbeat and the sweep unless those are set apart.
    #[must_use]
    pub fn lease_duration(mut self, lease: Duration) -> Self {
        self.lease_duration = lease;
        self.sweep_interval = self.sweep_interval.min(lease / 3);
        self
    }

    /// Sets how often leases are renewed.
    #[must_use]
    pub fn heartbeat_interval(mut self, interval: Duration) -> Self {
        self.heartbeat_interval = Some(interval);
        self
    }

    /// Sets how often expired leases are looked for.
    #[must_use]
    pub fn sweep_interval(mut self, interval: Duration) -> Self {
        self.sweep_interval = interval;
        self
    }

    /// Sets how often the store is asked for work when nothing else says there is some.
    #[must_use]
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.poll_interval = Some(interval);
        self
    }

    /// Sets the most jobs per claim.
    #[must_use]
    pub fn batch_size(mut self, jobs: usize) -> Self {
        self.batch_size = jobs.max(1);
        self
    }

    /// Sets the most jobs claimed and not yet acknowledged.
    #[must_use]
    pub fn max_in_flight(mut self, jobs: usize) -> Self {
        self.max_in_flight = jobs.max(1);
        self
    }

    /// Sizes batches and the jobs in flight for a worker built with `.concurrency(handlers)`:
    /// twice as many in flight as handlers.
    #[must_use]
    pub fn concurrency(self, handlers: usize) -> Self {
        let in_flight = handlers.max(1).saturating_mul(2);
        self.max_in_flight(in_flight).batch_size(in_flight)
    }

    /// Sets the attempts of a job that does not say otherwise.
    #[must_use]
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// Sets after how many attempts at which its payload could not be decoded a job is dead; 5
    /// unless set, 1 for at once. In between it backs off as after other failures, for during a
    /// deployment an older worker may meet a payload that a newer one can decode: with the default
    /// back-off, five attempts take two and a half minutes. These attempts count among the
    /// [`Config::max_attempts`], and [`Config::history_limit`] bounds them too.
    #[must_use]
    pub fn decode_attempts(mut self, attempts: u32) -> Self {
        self.decode_attempts = attempts.max(1);
        self
    }

    /// Sets how many lost leases quarantine a job.
    #[must_use]
    pub fn max_crashes(mut self, crashes: u32) -> Self {
        self.max_crashes = crashes.max(1);
        self
    }

    /// Sets how often a handler may put a job off, with [`JobError::Snooze`] or
    /// [`JobError::RetryAfter`], before it is dead; a thousand times unless set.
    ///
    /// [`JobError::Snooze`]: crate::JobError::Snooze
    /// [`JobError::RetryAfter`]: crate::JobError::RetryAfter
    #[must_use]
    pub fn max_snoozes(mut self, snoozes: u32) -> Self {
        self.max_snoozes = snoozes;
        self
    }

    /// Sets the back-off between attempts.
    #[must_use]
    pub fn retry(mut self, strategy: RetryStrategy) -> Self {
        self.retry = strategy;
        self
    }

    /// Lets waiting jobs rise: one that has been due for `step` longer goes before one whose
    /// priority is higher by one. A job of priority `p` thus waits at most `(q - p) * step` for jobs
    /// of priority `q` that come after it, however many there are. Costs one more look-up a claim.
    #[must_use]
    pub fn ageing(mut self, step: Duration) -> Self {
        self.ageing = Some(step.max(Duration::from_millis(1)));
        self
    }

    /// Sets how long finished jobs are kept.
    #[must_use]
    pub fn retention(mut self, retention: Retention) -> Self {
        self.retention = retention;
        self
    }

    /// Sets what wakes an idle worker.
    #[must_use]
    pub fn wake(mut self, wake: Wake) -> Self {
        self.wake = wake;
        self
    }

    /// Sets whether the value a handler returns is stored.
    #[must_use]
    pub fn persist_results(mut self, persist: bool) -> Self {
        self.persist_results = persist;
        self
    }

    /// Sets how many attempts a job remembers.
    #[must_use]
    pub fn history_limit(mut self, attempts: u32) -> Self {
        self.history_limit = attempts.max(1);
        self
    }

    /// Names the collection of the jobs.
    #[must_use]
    pub fn jobs_collection(mut self, name: impl Into<String>) -> Self {
        self.collections.jobs = name.into();
        self
    }

    /// Names the collection of the workers.
    #[must_use]
    pub fn workers_collection(mut self, name: impl Into<String>) -> Self {
        self.collections.workers = name.into();
        self
    }

    /// Names the collection of the queues.
    #[must_use]
    pub fn queues_collection(mut self, name: impl Into<String>) -> Self {
        self.collections.queues = name.into();
        self
    }

    /// Gives heartbeats a thread of their own, with a runtime and a client that is made from
    /// `options`: those of the client that the storage uses. Then neither a handler that blocks every
    /// thread of its runtime nor one that takes every connection of its client lets leases expire.
    ///
    /// There is one such thread for each database of a process (and for each runtime that runs
    /// workers on it), with two connections at most. It ends with the last worker.
    ///
    /// [`MongoStorage::connect`](crate::MongoStorage::connect) and [`Config::database_uri`] have the
    /// same effect. A handler that never returns keeps its job for as long as its process lives: give it
    /// a time limit. **Without any of the three, heartbeats are sent by a task on the worker's own
    /// runtime** through the storage's own client, for the driver does not tell how a client was made:
    /// a handler that blocks that runtime, or exhausts that client's connections, for longer than
    /// the lease loses its job to another worker.
    ///
    /// ```no_run
    /// # use apalis_mongodb::{Config, MongoStorage};
    /// # use mongodb::{Client, options::ClientOptions};
    /// # async fn storage() -> mongodb::error::Result<MongoStorage<String>> {
    /// let options = ClientOptions::parse("mongodb://127.0.0.1:27017/?replicaSet=rs0").await?;
    /// let client = Client::with_options(options.clone())?;
    /// let config = Config::new("send-email").heartbeat_client(options);
    /// let storage = MongoStorage::new(&client.database("app"), config);
    /// # Ok(storage)
    /// # }
    /// ```
    #[must_use]
    pub fn heartbeat_client(mut self, options: ClientOptions) -> Self {
        self.heartbeat_client = Some(options);
        self
    }

    /// Says where the database is: for storages made from their configuration alone, and for the
    /// heartbeats' own thread, as [`Config::heartbeat_client`] does.
    #[must_use]
    pub fn database_uri(mut self, uri: impl Into<String>) -> Self {
        self.database_uri = Some(uri.into());
        self
    }
}
