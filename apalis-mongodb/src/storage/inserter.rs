//! Writes the jobs that are enqueued at the same time with one command.
//!
//! Every caller waits until its own job is written, as it would alone. But while a write is on its
//! way others gather, and they go together with the next one: a majority write costs the server
//! and the journal about as much for fifty jobs as for one.

use std::sync::{Arc, Mutex};

use mongodb::Collection;
use mongodb::bson::Document;
use tokio::sync::oneshot;

use crate::enqueued::Enqueued;
use crate::error::Error;
use crate::queries::enqueue;
use crate::sync::lock;

/// So many writes are on their way at once.
const WRITERS: usize = 2;
/// So many jobs go into one.
const BATCH: usize = 500;

/// The jobs of one storage and its clones that wait to be written.
#[derive(Debug, Default)]
pub(super) struct Inserter {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    waiting: Vec<Waiting>,
    writers: usize,
}

#[derive(Debug)]
struct Waiting {
    document: Document,
    reply: oneshot::Sender<Result<Enqueued, Error>>,
}

impl Inserter {
    /// Writes a job, or returns the one that holds its key. It is written even if the caller's future
    /// is dropped.
    pub(super) async fn insert(
        self: &Arc<Self>,
        jobs: Collection<Document>,
        document: Document,
    ) -> Result<Enqueued, Error> {
        let (reply, answer) = oneshot::channel();
        let writer = {
            let mut state = lock(&self.state);
            state.waiting.push(Waiting { document, reply });
            (state.writers < WRITERS).then(|| {
                state.writers += 1;
                Writer {
                    inserter: Arc::clone(self),
                    ended: false,
                }
            })
        };
        if let Some(writer) = writer {
            tokio::spawn(writer.run(jobs));
        }
        answer.await.unwrap_or(Err(Error::Stopped))
    }
}

/// One of the tasks that write, which takes up one of their places.
struct Writer {
    inserter: Arc<Inserter>,
    ended: bool,
}

impl Writer {
    async fn run(mut self, jobs: Collection<Document>) {
        while let Some(batch) = self.next() {
            let (documents, replies): (Vec<_>, Vec<_>) = batch
                .into_iter()
                .map(|waiting| (waiting.document, waiting.reply))
                .unzip();
            let outcomes = enqueue::batch(&jobs, documents).await;
            for (reply, outcome) in replies.into_iter().zip(outcomes) {
                // Whoever does not wait any more need not be told.
                let _ = reply.send(outcome);
            }
        }
    }

    /// What waits; where nothing does, the place is given up under the same lock, so that whoever
    /// comes next knows that there is no writer.
    fn next(&mut self) -> Option<Vec<Waiting>> {
        let mut state = lock(&self.inserter.state);
        if state.waiting.is_empty() {
            state.writers -= 1;
            self.ended = true;
            return None;
        }
        let count = state.waiting.len().min(BATCH);
        Some(state.waiting.drain(..count).collect())
    }
}

impl Drop for Writer {
    /// The runtime ended under us.
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        let mut state = lock(&self.inserter.state);
        state.writers -= 1;
        if state.writers == 0 {
            // Nobody will write these; their callers learn it by losing the sender.
            state.waiting.clear();
        }
    }
}
