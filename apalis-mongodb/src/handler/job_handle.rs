//! [`JobHandle`]: a handler's view of its own job.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use apalis_core::task::Task;
use apalis_core::task::data::MissingDataError;
use apalis_core::task::from_request::FromRequest;
use mongodb::bson::DateTime;
use serde::Serialize;

use super::said::Said;
use crate::config::Config;
use crate::deadline::all_within;
use crate::error::Error;
use crate::lease::{Lease, LeaseState};
use crate::model::{JobDocument, Outcome, RetryStrategy};
use crate::opaque;
use crate::queries::{heartbeat, report};
use crate::runtime::WorkerRuntime;
use crate::settlement::{Settlement, Verdict};
use crate::sync::lock;

#[derive(Debug)]
struct Inner {
    job: JobDocument,
    lease: Arc<Lease>,
    worker: Arc<WorkerRuntime>,
    retry_in: Mutex<Option<Duration>>,
    skipped: Mutex<Option<String>>,
    said: Mutex<Said>,
}

/// The job a handler runs; take it as an argument.
///
/// ```no_run
/// use std::time::Duration;
/// use apalis_core::error::BoxDynError;
/// use apalis_mongodb::JobHandle;
///
/// async fn transcode(path: String, job: JobHandle) -> Result<(), BoxDynError> {
///     job.log(format!("attempt {} on {path}", job.attempt())).await?;
///     tokio::select! {
///         () = job.lost() => Err("another worker has this job now".into()),
///         () = tokio::time::sleep(Duration::from_secs(600)) => Ok(()),
///     }
/// }
/// ```
#[derive(Debug, Clone)]
pub struct JobHandle {
    inner: Arc<Inner>,
}

impl JobHandle {
    pub(crate) fn new(job: JobDocument, lease: Arc<Lease>, worker: Arc<WorkerRuntime>) -> Self {
        Self {
            inner: Arc::new(Inner {
                job,
                lease,
                worker,
                retry_in: Mutex::new(None),
                skipped: Mutex::new(None),
                said: Mutex::default(),
            }),
        }
    }

    /// The job's id.
    #[must_use]
    pub fn id(&self) -> String {
        self.inner.job.id.clone()
    }

    /// The queue it belongs to.
    #[must_use]
    pub fn queue(&self) -> &str {
        &self.inner.job.queue
    }

    /// The number of this attempt, from 1.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        u32::try_from(self.inner.job.attempts).unwrap_or(1)
    }

    /// The attempts the job has in all.
    #[must_use]
    pub fn max_attempts(&self) -> u32 {
        u32::try_from(self.inner.job.max_attempts).unwrap_or(1)
    }

    /// How many leases expired under this job: workers that died or froze while they ran it.
    #[must_use]
    pub fn crashes(&self) -> u32 {
        u32::try_from(self.inner.job.crashes).unwrap_or(0)
    }

    /// How often handlers have put the job off: with [`JobError::Snooze`](crate::JobError::Snooze) or
    /// [`JobError::RetryAfter`](crate::JobError::RetryAfter).
    #[must_use]
    pub fn snoozes(&self) -> u32 {
        u32::try_from(self.inner.job.snoozes).unwrap_or(0)
    }

    /// Whether the job had ended, and this is the first attempt since an operator has given it all its attempts
    /// again. Not any more after one that was given back.
    #[must_use]
    pub fn is_revived(&self) -> bool {
        let job = &self.inner.job;
        // Whatever else makes an attempt the first one again is counted, or stands in the history as given back.
        let is_first = job.attempts <= 1 && job.crashes == 0 && job.snoozes == 0;
        let last = job.history.last().map(|attempt| attempt.outcome);
        is_first && last.is_some_and(|last| last != Outcome::Released)
    }

    /// When the job was enqueued.
    #[must_use]
    pub fn created_at(&self) -> DateTime {
        self.inner.job.created_at
    }

    /// When the job was due.
    #[must_use]
    pub fn run_at(&self) -> DateTime {
        self.inner.job.run_at
    }

    /// The idempotency key it was enqueued with.
    #[must_use]
    pub fn idempotency_key(&self) -> Option<&str> {
        self.inner.job.idempotency_key.as_deref()
    }

    /// The worker that runs it: `name@instance`.
    #[must_use]
    pub fn worker(&self) -> &str {
        &self.inner.worker.id
    }

    /// How long the lease still holds if it is not renewed. It is renewed in the background.
    #[must_use]
    pub fn lease_remaining(&self) -> Duration {
        self.inner.lease.remaining()
    }

    /// Makes this job's lease last at least `duration`, a day at most, from now on, at each renewal.
    /// For work that keeps renewals from being sent: computation on the runtime's own threads where
    /// heartbeats have no thread of their own ([`Config::heartbeat_client`]), or a handler that is
    /// known to outlast a failure of the network.
    ///
    /// # Errors
    ///
    /// - [`Error::LeaseLost`] when the lease is gone.
    /// - [`Error::TimedOut`] when the database does not answer, [`Error::Database`] when it fails.
    /// - [`Error::Stopped`] when the runtime ends.
    pub async fn extend(&self, duration: Duration) -> Result<(), Error> {
        self.inner.lease.lengthen(duration);
        let (worker, lease) = (
            Arc::clone(&self.inner.worker),
            Arc::clone(&self.inner.lease),
        );
        let extending = async move { heartbeat::extend(&worker.jobs(), &lease).await };
        self.in_time("extend a lease", extending).await
    }

    /// Whether the job is not this handler's any more: its lease expired, or an operator
    /// cancelled it. Whatever the handler returns then is refused.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.inner.lease.state() == LeaseState::Lost || self.inner.lease.remaining().is_zero()
    }

    /// Resolves when the job is not this handler's any more: an operator cancelled it, the store says
    /// that another worker has it, or the lease ran out by this process' own clock because no renewal
    /// reached the store. The last comes before another worker can start the job, so a handler that
    /// ends then does not overlap with it.
    pub async fn lost(&self) {
        self.inner.lease.lost().await;
    }

    /// If the handler fails, the next attempt comes after `wait` instead of the usual back-off.
    /// It needs no special error, so it also works through layers that wrap errors.
    pub fn retry_in(&self, wait: Duration) {
        *lock(&self.inner.retry_in) = Some(wait);
    }

    /// If the handler succeeds, the job is done without having done anything, for this reason. Its attempt
    /// has the outcome [`Outcome::Skipped`](crate::Outcome::Skipped); `skipped: ` and the reason stand in
    /// the history, and where a failed job has its last error. What the handler returns is not stored.
    pub fn skip(&self, reason: impl Into<String>) {
        *lock(&self.inner.skipped) = Some(reason.into());
    }

    /// The value that was attached to the job under `key` when it was enqueued.
    #[must_use]
    pub fn metadata(&self, key: &str) -> Option<&str> {
        let mut entries = self.inner.job.metadata.iter();
        entries.find(|entry| entry.k == key).map(|entry| &*entry.v)
    }

    /// Stores how far the job is; any serialisable value.
    ///
    /// # Errors
    ///
    /// - [`Error::Codec`] when the value cannot be encoded.
    /// - [`Error::LeaseLost`] when the lease is gone.
    /// - [`Error::TimedOut`] when the database does not answer, [`Error::Database`] when it fails.
    /// - [`Error::Stopped`] when the runtime ends.
    pub async fn progress<T: Serialize>(&self, progress: T) -> Result<(), Error> {
        let progress = opaque::encode(&progress).map_err(|e| Error::Codec(Box::new(e)))?;
        let (jobs, lease) = (self.inner.worker.jobs(), Arc::clone(&self.inner.lease));
        let storing = async move { report::progress(&jobs, &lease, progress).await };
        self.in_time("store a job's progress", storing).await
    }

    /// Leaves a line with the job; the last hundred are kept.
    ///
    /// # Errors
    ///
    /// - [`Error::LeaseLost`] when the lease is gone.
    /// - [`Error::TimedOut`] when the database does not answer, [`Error::Database`] when it fails.
    /// - [`Error::Stopped`] when the runtime ends.
    pub async fn log(&self, line: impl Into<String>) -> Result<(), Error> {
        let (line, attempt) = (line.into(), self.inner.job.attempts);
        let (jobs, lease) = (self.inner.worker.jobs(), Arc::clone(&self.inner.lease));
        let worker = Arc::clone(&self.inner.worker);
        let storing = async move {
            let at = worker.clock.measured_now(&worker.db).await?;
            report::log(&jobs, &lease, attempt, at, line).await
        };
        self.in_time("store a job's log line", storing).await
    }

    /// Waits for `call` no longer than for any call of a worker; it goes on by itself after that.
    async fn in_time(
        &self,
        operation: &'static str,
        call: impl Future<Output = Result<(), Error>> + Send + 'static,
    ) -> Result<(), Error> {
        all_within(self.config().call_limit(), operation, call).await
    }

    pub(crate) fn lease(&self) -> &Arc<Lease> {
        &self.inner.lease
    }

    pub(crate) fn runtime(&self) -> &Arc<WorkerRuntime> {
        &self.inner.worker
    }

    pub(crate) fn config(&self) -> &Config {
        &self.inner.worker.config
    }

    pub(crate) fn job(&self) -> &JobDocument {
        &self.inner.job
    }

    /// What the handler says of its job.
    pub(super) fn said(&self) -> MutexGuard<'_, Said> {
        lock(&self.inner.said)
    }

    pub(crate) fn chosen_delay(&self) -> Option<Duration> {
        *lock(&self.inner.retry_in)
    }

    pub(crate) fn skipped(&self) -> Option<String> {
        lock(&self.inner.skipped).clone()
    }

    pub(crate) fn strategy(&self) -> RetryStrategy {
        self.inner.job.retry.unwrap_or(self.config().retry)
    }

    /// This attempt ends now, with `verdict`.
    pub(crate) fn settlement(&self, verdict: Verdict) -> Settlement {
        Settlement::now(Arc::clone(&self.inner.lease), verdict)
    }
}

impl<Args: Sync> FromRequest<Task<Args>> for JobHandle {
    type Error = MissingDataError;

    async fn from_request(task: &Task<Args>) -> Result<Self, MissingDataError> {
        task.data().get_checked::<Self>().cloned()
    }
}
