//! Apalis' own ways of pushing: [`Sink`] and [`TaskSink`].

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use apalis_core::backend::codec::Codec;
use apalis_core::backend::{TaskSink, TaskSinkError};
use apalis_core::error::BoxDynError;
use apalis_core::task::Task;
use futures_util::{FutureExt, Sink, SinkExt, Stream, StreamExt};
use mongodb::bson::Bson;
use tokio::task::JoinHandle;

use super::enqueue::into_stored;
use super::{Mongo, MongoStorage};
use crate::codec::MongoCompact;
use crate::enqueued::Enqueued;
use crate::error::Error;
use crate::metrics;
use crate::new_job::NewJob;
use crate::queries::{enqueue, new_document};

/// A full buffer is written before more is taken.
const BUFFER: usize = 1000;

/// Tasks that were sent and are not written yet.
#[derive(Debug, Default)]
pub(super) struct SinkState {
    /// With the moment at which each was sent, from which its delay counts.
    waiting: Vec<(NewJob<Bson>, Instant)>,
    writing: Option<JoinHandle<Result<Vec<Enqueued>, Error>>>,
}

impl<Args, C> MongoStorage<Args, C> {
    async fn write<Compact: MongoCompact>(&self, task: Task<Compact>) -> Result<(), Error> {
        let sent_at = Instant::now();
        self.config.validate()?;
        let job = NewJob::from_task(task.try_map_args(into_stored)?);
        let now = self.clock.reading(&self.db).await?.at(sent_at);
        let document = new_document::of(job, &self.config, now)?;
        self.insert(document).await.map(drop)
    }

    fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        loop {
            if let Some(writing) = &mut self.sink.writing {
                let written = ready!(writing.poll_unpin(cx));
                self.sink.writing = None;
                let enqueued = written.unwrap_or(Err(Error::Stopped))?;
                metrics::enqueued(&self.config.queue, &enqueued);
            }
            if self.sink.waiting.is_empty() {
                return Poll::Ready(Ok(()));
            }
            let waiting = std::mem::take(&mut self.sink.waiting);
            let (db, config) = (self.db.clone(), Arc::clone(&self.config));
            let (clock, keys) = (Arc::clone(&self.clock), Arc::clone(&self.keys));
            self.sink.writing = Some(tokio::spawn(async move {
                let reading = clock.reading(&db).await?;
                let documents = waiting
                    .into_iter()
                    .map(|(job, sent_at)| new_document::of(job, &config, reading.at(sent_at)))
                    .collect::<Result<Vec<_>, _>>()?;
                let jobs = config.collections.jobs(&db);
                keys.check(&jobs, &documents).await?;
                enqueue::many(&jobs, documents).await
            }));
        }
    }
}

impl<Args, C, Compact> Sink<Task<Compact>> for MongoStorage<Args, C>
where
    C: Unpin,
    Compact: MongoCompact,
{
    type Error = Error;

    fn poll_ready(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        if self.sink.waiting.len() < BUFFER {
            return Poll::Ready(Ok(()));
        }
        self.poll_write(cx)
    }

    fn start_send(mut self: Pin<&mut Self>, task: Task<Compact>) -> Result<(), Error> {
        self.config.validate()?;
        let job = NewJob::from_task(task.try_map_args(into_stored)?);
        self.sink.waiting.push((job, Instant::now()));
        Ok(())
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.poll_write(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.poll_write(cx)
    }
}

impl<Args, C> TaskSink<Args, Mongo> for MongoStorage<Args, C>
where
    Args: Send,
    C: Codec<Args> + Clone + Send + Sync + Unpin,
    C::Compact: MongoCompact,
    C::Error: Into<BoxDynError>,
{
    fn start_send(self: Pin<&mut Self>, task: Task<Args>) -> Result<(), TaskSinkError<Error>> {
        let task = encode(&self.codec, task)?;
        Sink::start_send(self, task).map_err(TaskSinkError::PushError)
    }

    fn poll_ready(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), TaskSinkError<Error>>> {
        Sink::<Task<C::Compact>>::poll_ready(self, cx).map_err(TaskSinkError::PushError)
    }

    fn poll_flush(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), TaskSinkError<Error>>> {
        Sink::<Task<C::Compact>>::poll_flush(self, cx).map_err(TaskSinkError::PushError)
    }

    fn poll_close(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), TaskSinkError<Error>>> {
        Sink::<Task<C::Compact>>::poll_close(self, cx).map_err(TaskSinkError::PushError)
    }

    async fn push(&mut self, args: Args) -> Result<(), TaskSinkError<Error>> {
        TaskSink::push_task(self, Task::new(args)).await
    }

    async fn push_bulk(&mut self, all: Vec<Args>) -> Result<(), TaskSinkError<Error>> {
        let tasks = futures_util::stream::iter(all.into_iter().map(Task::new));
        TaskSink::push_all(self, tasks).await
    }

    async fn push_stream(
        &mut self,
        all: impl Stream<Item = Args> + Unpin + Send,
    ) -> Result<(), TaskSinkError<Error>> {
        TaskSink::push_all(self, all.map(Task::new)).await
    }

    /// Writes this task alone of those that were given to this storage: its outcome is its own.
    async fn push_task(&mut self, task: Task<Args>) -> Result<(), TaskSinkError<Error>> {
        let task = encode(&self.codec, task)?;
        self.write(task).await.map_err(TaskSinkError::PushError)
    }

    async fn push_all(
        &mut self,
        tasks: impl Stream<Item = Task<Args>> + Unpin + Send,
    ) -> Result<(), TaskSinkError<Error>> {
        let codec = self.codec.clone();
        let mut encoded = tasks.map(move |task| encode(&codec, task));
        let sink: &mut Self = self;
        SinkExt::<Task<C::Compact>>::sink_map_err(sink, TaskSinkError::PushError)
            .send_all(&mut encoded)
            .await
    }
}

fn encode<Args, C: Codec<Args>>(
    codec: &C,
    task: Task<Args>,
) -> Result<Task<C::Compact>, TaskSinkError<Error>>
where
    C::Error: Into<BoxDynError>,
{
    task.try_map_args(|args| codec.encode(&args))
        .map_err(|error| TaskSinkError::CodecError(error.into()))
}
