//! A job to be enqueued.

use std::time::Duration;

use apalis_core::task::Task;
use apalis_core::task::task_id::TaskId;
use mongodb::bson::DateTime;

use crate::clock::until_task_time;
use crate::model::RetryStrategy;

/// When a new job may run.
#[derive(Debug, Clone, Copy)]
pub(crate) enum When {
    Now,
    At(DateTime),
    In(Duration),
    /// So many milliseconds from now, or before now if negative: the time of an apalis task.
    Off(i64),
}

/// A job to be enqueued; `NewJob::from(args)` is one that runs at once with the queue's defaults.
///
/// ```
/// use std::time::Duration;
/// use apalis_mongodb::NewJob;
///
/// let job = NewJob::new("hello")
///     .run_in(Duration::from_secs(60))
///     .priority(5)
///     .idempotency_key("order-17");
/// # let _ = job;
/// ```
#[derive(Debug, Clone)]
#[must_use = "a new job does nothing until it is enqueued"]
pub struct NewJob<Args> {
    pub(crate) args: Args,
    pub(crate) id: Option<String>,
    pub(crate) when: When,
    pub(crate) priority: i32,
    pub(crate) max_attempts: Option<u32>,
    pub(crate) retry: Option<RetryStrategy>,
    pub(crate) unique_key: Option<String>,
    pub(crate) unique_until_started: bool,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) metadata: Vec<(String, String)>,
}

impl<Args> NewJob<Args> {
    /// A job that runs at once with the queue's defaults.
    pub fn new(args: Args) -> Self {
        Self {
            args,
            id: None,
            when: When::Now,
            priority: 0,
            max_attempts: None,
            retry: None,
            unique_key: None,
            unique_until_started: false,
            idempotency_key: None,
            metadata: Vec::new(),
        }
    }

    /// Gives the job an id of the caller's choice; it must be new, and has 1024 bytes at most.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Runs the job not before `at`, by the server's clock.
    pub fn run_at(mut self, at: DateTime) -> Self {
        self.when = When::At(at);
        self
    }

    /// Runs the job not before `wait` has passed since it was enqueued, to the millisecond.
    pub fn run_in(mut self, wait: Duration) -> Self {
        self.when = When::In(wait);
        self
    }

    /// Higher runs first; 0 unless set. Within one priority the oldest due job runs first.
    pub fn priority(mut self, priority: i32) -> Self {
        self.priority = priority;
        self
    }

    /// Overrides the queue's number of attempts.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = Some(attempts.max(1));
        self
    }

    /// Overrides the queue's back-off.
    pub fn retry(mut self, strategy: RetryStrategy) -> Self {
        self.retry = Some(strategy);
        self
    }

    /// At most one job with this key lives in the queue; enqueuing another returns the first
    /// one, which is not [new](crate::Enqueued::is_new). The key is free again when the job is final.
    pub fn unique_key(mut self, key: impl Into<String>) -> Self {
        self.unique_key = Some(key.into());
        self.unique_until_started = false;
        self
    }

    /// At most one job with this key waits in the queue that no worker has claimed yet; enqueuing
    /// another returns the first one, which is not [new](crate::Enqueued::is_new). The key is free
    /// again as soon as a worker has claimed the job, and stays so if the job has to wait again: for
    /// its next attempt, or because the worker gave it back before it started. For jobs that look at something
    /// that may change while they run: what changes meanwhile is looked at by the next one.
    pub fn unique_until_started(mut self, key: impl Into<String>) -> Self {
        self.unique_key = Some(key.into());
        self.unique_until_started = true;
        self
    }

    /// At most one job with this key exists in the queue, finished ones included, until
    /// retention removes it; enqueuing another returns the first one, which is not
    /// [new](crate::Enqueued::is_new).
    pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.idempotency_key = Some(key.into());
        self
    }

    /// Attaches a key and a value, shown with the job and handed to the handler.
    pub fn metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.metadata.push((key.into(), value.into()));
        self
    }

    /// The same job with other arguments.
    pub(crate) fn try_map<B, E>(
        self,
        encode: impl FnOnce(Args) -> Result<B, E>,
    ) -> Result<NewJob<B>, E> {
        Ok(NewJob {
            args: encode(self.args)?,
            id: self.id,
            when: self.when,
            priority: self.priority,
            max_attempts: self.max_attempts,
            retry: self.retry,
            unique_key: self.unique_key,
            unique_until_started: self.unique_until_started,
            idempotency_key: self.idempotency_key,
            metadata: self.metadata,
        })
    }

    /// What an apalis task says of a job. Its time is a whole second of this machine's clock, from
    /// which apalis computed it; what counts is how far ahead of that clock it is now, rounded up.
    pub(crate) fn from_task(task: Task<Args>) -> Self {
        let (args, ctx) = task.take();
        let mut job = Self::new(args);
        job.id = ctx.task_id().map(TaskId::to_string);
        let off = |seconds| When::Off(until_task_time(seconds));
        job.when = ctx.run_at().map_or(When::Now, off);
        job.priority = ctx
            .priority()
            .map_or(0, |priority| i32::try_from(priority).unwrap_or(i32::MAX));
        job.max_attempts = ctx
            .max_attempts()
            .map(|attempts| u32::try_from(attempts).unwrap_or(u32::MAX));
        job.idempotency_key = ctx.idempotency_key().map(str::to_owned);
        job.metadata = ctx
            .metadata()
            .iter()
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        job
    }
}

impl<Args> From<Args> for NewJob<Args> {
    fn from(args: Args) -> Self {
        Self::new(args)
    }
}
