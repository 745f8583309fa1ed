//! What the tasks of one running worker share.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use mongodb::bson::Document;
use mongodb::bson::oid::ObjectId;
use mongodb::{Collection, Database};
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::buffer::Buffer;
use crate::clock::ServerClock;
use crate::config::Config;
use crate::lease::{ClaimedJob, LeaseTable};
use crate::queries::workers::{self, Alive};
use crate::settlement::{Ack, Settlement, Verdict};
use crate::sync::lock;

/// One start of one worker on one queue.
#[derive(Debug)]
pub(crate) struct WorkerRuntime {
    /// `name@instance`: two starts under one name are two workers.
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) service: String,
    pub(crate) config: Arc<Config>,
    pub(crate) db: Database,
    pub(crate) clock: Arc<ServerClock>,
    pub(crate) leases: Arc<LeaseTable>,
    pub(crate) permits: Arc<Semaphore>,
    pub(crate) buffer: Buffer<ClaimedJob>,
    pub(crate) stop: CancellationToken,
    /// Cancelled when no claim is under way any more, nor will be.
    pub(crate) claims_ended: CancellationToken,
    /// The token of the claim under way. The jobs under it are ours before we know which they are.
    pub(crate) claiming: Mutex<Option<ObjectId>>,
    ended: AtomicBool,
    settlements: mpsc::UnboundedSender<Settlement>,
}

impl WorkerRuntime {
    pub(crate) fn new(
        name: &str,
        service: &str,
        db: Database,
        config: Arc<Config>,
        clock: Arc<ServerClock>,
    ) -> (Self, mpsc::UnboundedReceiver<Settlement>) {
        let (settlements, receiver) = mpsc::unbounded_channel();
        let runtime = Self {
            id: format!("{name}@{}", instance(&config)),
            name: name.to_owned(),
            service: service.to_owned(),
            permits: Arc::new(Semaphore::new(config.max_in_flight)),
            buffer: Buffer::new(config.batch_size.min(config.max_in_flight)),
            config,
            db,
            clock,
            leases: Arc::default(),
            stop: CancellationToken::new(),
            claims_ended: CancellationToken::new(),
            claiming: Mutex::default(),
            ended: AtomicBool::new(false),
            settlements,
        };
        (runtime, receiver)
    }

    /// Every token under which jobs are ours.
    pub(crate) fn tokens(&self) -> Vec<ObjectId> {
        let held = self.leases.held().into_iter().map(|lease| lease.token);
        held.chain(*lock(&self.claiming)).collect()
    }

    /// What its document is to say.
    pub(crate) fn alive(&self) -> Alive<'_> {
        Alive {
            id: &self.id,
            name: &self.name,
            service: &self.service,
            config: &self.config,
            leases: self.leases.len(),
            running: self.leases.started(),
            is_draining: self.stop.is_cancelled(),
        }
    }

    pub(crate) fn jobs(&self) -> Collection<Document> {
        self.config.collections.jobs(&self.db)
    }

    /// Hands a verdict to the acker and forgets about it.
    pub(crate) fn send(&self, settlement: Settlement) {
        settlement.lease.set_settling();
        // The acker ends only after the last sender, which is ours.
        let _ = self.settlements.send(settlement);
    }

    /// Hands a verdict to the acker and waits until it stands in the store.
    pub(crate) async fn settle(&self, mut settlement: Settlement) -> Ack {
        let (reply, answer) = oneshot::channel();
        settlement.reply = Some(reply);
        self.send(settlement);
        // No answer means that the acker gave the lease up.
        answer.await.unwrap_or(Ack::Stale)
    }

    /// Whether nothing is to be done for it any more.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    /// Takes the worker, which has ended, off the list of those that run.
    pub(crate) async fn forget(&self) {
        self.ended.store(true, Ordering::Relaxed);
        let collection = self.config.collections.workers(&self.db);
        if let Err(error) = workers::forget(&collection, &self.id).await {
            tracing::debug!(%error, "worker not removed; it expires by itself");
        }
    }

    /// Lets operators see that the worker was told to stop, if it has something to finish. One that has
    /// not is gone at once.
    pub(crate) async fn note_draining(&self) {
        if self.leases.len() == 0 {
            return;
        }
        let collection = self.config.collections.workers(&self.db);
        if let Err(error) = workers::note_draining(&collection, &self.id).await {
            tracing::debug!(%error, "not noted that the worker stops; its heartbeats say so");
        }
    }

    /// Gives back every job that waits in the buffer; its attempt is not counted.
    pub(crate) fn release_buffered(&self) {
        self.release(self.buffer.drain());
    }

    /// Gives back the jobs that have waited in the buffer for so long that another worker may have
    /// started them.
    pub(crate) fn release_held_back(&self) {
        self.release(self.buffer.take_held_back());
    }

    fn release(&self, jobs: Vec<ClaimedJob>) {
        for job in jobs {
            self.send(Settlement::now(job.lease, Verdict::Release));
        }
    }
}

/// What no other start of a worker has.
fn instance(config: &Config) -> String {
    let unique = ObjectId::new().to_hex();
    match &config.process {
        Some(process) => format!("{process}.{unique}"),
        None => unique,
    }
}
