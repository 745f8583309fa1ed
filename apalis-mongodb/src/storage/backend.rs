//! [`Backend`]: what a worker polls.

use std::sync::Arc;
use std::task::{Context, Poll, ready};

use apalis_core::backend::Backend;
use apalis_core::backend::codec::Codec;
use apalis_core::backend::queue::Queue;
use apalis_core::task::Task;
use apalis_core::task::builder::TaskBuilder;
use apalis_core::task::metadata::MetadataStore;
use apalis_core::task::status::Status as TaskStatus;
use apalis_core::task::task_id::TaskId;
use apalis_core::worker::context::WorkerContext;
use mongodb::bson::{Bson, DateTime};

use super::MongoStorage;
use crate::codec::MongoCompact;
use crate::error::Error;
use crate::handler::{JobHandle, undecodable};
use crate::lease::ClaimedJob;
use crate::model::{JobDocument, Status};
use crate::runtime::Runtime;
use crate::settlement::{Settlement, Verdict};
use crate::sync::lock;

impl<Args, C> Backend for MongoStorage<Args, C>
where
    C: Codec<Args>,
    C::Compact: MongoCompact,
{
    type Task = Task<C::Compact>;
    type Error = Error;

    /// Starts the tasks at the first call; only here is a tokio runtime certain.
    fn poll_ready(
        &mut self,
        _cx: &mut Context<'_>,
        worker: &WorkerContext,
    ) -> Poll<Result<(), Error>> {
        if self.runtime.is_none() {
            self.config.validate()?;
            let runtime = Runtime::start(
                worker,
                self.db.clone(),
                Arc::clone(&self.config),
                Arc::clone(&self.clock),
            );
            lock(&self.workers).push(Arc::downgrade(runtime.worker()));
            self.runtime = Some(runtime);
        }
        Poll::Ready(Ok(()))
    }

    fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
        _worker: &WorkerContext,
    ) -> Poll<Option<Result<Self::Task, Error>>> {
        let Some(runtime) = &self.runtime else {
            return Poll::Ready(None);
        };
        loop {
            let ClaimedJob { mut job, lease } = ready!(runtime.worker().buffer.poll_next(cx));
            if !lease.is_held() {
                // An operator cancelled it.
                continue;
            }
            if lease.remaining().is_zero() {
                // We were frozen, and others may run it.
                let worker = runtime.worker();
                worker.send(Settlement::now(lease, Verdict::Release));
                continue;
            }
            let stored = std::mem::replace(&mut job.args, Bson::Null);
            let handle = JobHandle::new(job, lease, Arc::clone(runtime.worker()));
            match C::Compact::from_stored(stored) {
                Ok(args) => return Poll::Ready(Some(Ok(task(args, handle)))),
                Err(error) => undecodable(&handle, &error.to_string()),
            }
        }
    }

    fn poll_close(
        &mut self,
        cx: &mut Context<'_>,
        _worker: &WorkerContext,
    ) -> Poll<Result<(), Error>> {
        match &mut self.runtime {
            Some(runtime) => {
                ready!(runtime.poll_close(cx));
                self.runtime = None;
                Poll::Ready(Ok(()))
            }
            None => Poll::Ready(Ok(())),
        }
    }
}

fn task<Compact>(args: Compact, handle: JobHandle) -> Task<Compact> {
    let job = handle.job();
    // apalis counts the attempt when the handler is first polled.
    let started = usize::try_from(job.attempts.saturating_sub(1)).unwrap_or(0);
    describe(TaskBuilder::new(args), job)
        .attempt(started)
        .data(handle)
        .build()
}

/// What apalis knows of a job.
pub(crate) fn describe<T>(builder: TaskBuilder<T>, job: &JobDocument) -> TaskBuilder<T> {
    let metadata = job
        .metadata
        .iter()
        .map(|entry| (entry.k.clone(), entry.v.clone()))
        .collect();
    let mut builder = builder
        .with_metadata(MetadataStore::from_map(metadata))
        .task_id(TaskId::from_string(job.id.clone()))
        .status(status(job.status))
        .max_attempts(usize::try_from(job.max_attempts).unwrap_or(0))
        .priority(usize::try_from(job.priority).unwrap_or(0))
        .queue(Queue::from(job.queue.as_str()))
        .run_at_timestamp(seconds(job.run_at))
        .lock_at(job.started_at.map(seconds))
        .lock_by(job.worker.clone())
        .done_at(job.finished_at.map(seconds))
        .attempt(usize::try_from(job.attempts).unwrap_or(0));
    if let Some(key) = &job.idempotency_key {
        builder = builder.idempotency_key(key);
    }
    builder
}

fn status(status: Status) -> TaskStatus {
    match status {
        Status::Pending => TaskStatus::Pending,
        Status::Running => TaskStatus::Running,
        Status::Done => TaskStatus::Done,
        Status::Failed => TaskStatus::Failed,
        Status::Killed => TaskStatus::Killed,
    }
}

fn seconds(at: DateTime) -> u64 {
    u64::try_from(at.timestamp_millis() / 1000).unwrap_or(0)
}
