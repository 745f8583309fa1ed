//! The kind of this backend: payloads are decoded on the way to the handler, and one that cannot
//! be decoded fails its own attempt instead of killing the worker.

use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use apalis_core::backend::codec::Codec;
use apalis_core::backend::finalize::FinalizeBackend;
use apalis_core::backend::{Backend, BackendConfig, WireFormatBackend};
use apalis_core::task::Task;
use apalis_core::worker::context::WorkerContext;
use futures_util::Sink;

use crate::handler::{JobHandle, undecodable};

/// The kind of [`MongoStorage`](crate::MongoStorage).
#[derive(Debug, Clone, Copy, Default)]
pub struct Mongo;

impl<B, Args> FinalizeBackend<B, Args> for Mongo
where
    B: BackendConfig + WireFormatBackend,
{
    type Backend = Decoding<B, Args>;

    fn finalize(current: B) -> Decoding<B, Args> {
        Decoding {
            backend: current,
            args: PhantomData,
        }
    }
}

/// A backend whose payloads are decoded into `Args`.
#[derive(Debug)]
pub struct Decoding<B, Args> {
    backend: B,
    args: PhantomData<fn() -> Args>,
}

impl<B: Clone, Args> Clone for Decoding<B, Args> {
    fn clone(&self) -> Self {
        Self {
            backend: self.backend.clone(),
            args: PhantomData,
        }
    }
}

impl<B, Args, Compact, E> Backend for Decoding<B, Args>
where
    B: Backend<Task = Task<Compact>> + WireFormatBackend,
    B::Codec: Codec<Args, Compact = Compact, Error = E>,
    E: std::error::Error,
{
    type Task = Task<Args>;
    type Error = B::Error;

    fn poll_ready(
        &mut self,
        cx: &mut Context<'_>,
        worker: &WorkerContext,
    ) -> Poll<Result<(), B::Error>> {
        self.backend.poll_ready(cx, worker)
    }

    fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
        worker: &WorkerContext,
    ) -> Poll<Option<Result<Task<Args>, B::Error>>> {
        loop {
            let Some(next) = ready!(self.backend.poll_next(cx, worker)) else {
                return Poll::Ready(None);
            };
            let task = match next {
                Ok(task) => task,
                Err(error) => return Poll::Ready(Some(Err(error))),
            };
            let job = task.data().get::<JobHandle>().cloned();
            // Decoding is the user's code.
            let decode = || task.try_map_args(|stored| self.backend.codec().decode(&stored));
            let error = match catch_unwind(AssertUnwindSafe(decode)) {
                Ok(Ok(task)) => return Poll::Ready(Some(Ok(task))),
                Ok(Err(error)) => error.to_string(),
                Err(_) => "the decoder panicked".to_owned(),
            };
            match job {
                Some(job) => undecodable(&job, &error),
                None => tracing::error!(error, "a task cannot be decoded"),
            }
        }
    }

    fn poll_close(
        &mut self,
        cx: &mut Context<'_>,
        worker: &WorkerContext,
    ) -> Poll<Result<(), B::Error>> {
        self.backend.poll_close(cx, worker)
    }
}

impl<B: BackendConfig, Args> BackendConfig for Decoding<B, Args> {
    type Args = Args;
    type Id = B::Id;
    type Kind = B::Kind;
    type Config = B::Config;
    type Layer = B::Layer;

    fn config(&self) -> &B::Config {
        self.backend.config()
    }

    fn middleware(&mut self, worker: &mut WorkerContext) -> B::Layer {
        self.backend.middleware(worker)
    }
}

impl<B: WireFormatBackend, Args> WireFormatBackend for Decoding<B, Args> {
    type Codec = B::Codec;
    type Compact = B::Compact;

    fn codec(&self) -> &B::Codec {
        self.backend.codec()
    }
}

impl<B, Args, T> Sink<T> for Decoding<B, Args>
where
    B: Sink<T> + Unpin,
{
    type Error = B::Error;

    fn poll_ready(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), B::Error>> {
        Pin::new(&mut self.backend).poll_ready(cx)
    }

    fn start_send(mut self: Pin<&mut Self>, item: T) -> Result<(), B::Error> {
        Pin::new(&mut self.backend).start_send(item)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), B::Error>> {
        Pin::new(&mut self.backend).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), B::Error>> {
        Pin::new(&mut self.backend).poll_close(cx)
    }
}
